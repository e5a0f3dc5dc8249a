"""Whether what fails while nobody waits for it is kept: events of rules, calls of functions."""

from collections.abc import Iterator
from typing import Any

from proofs.assembly import Resource, Stack, Stage
from proofs.policies import flattened
from proofs.references import named

TARGETS_OF = {"AWS::Events::Rule": "Targets", "AWS::Scheduler::Schedule": "Target"}
NOTICE = (
    "*",  # whoever calls a function's address
    "apigateway.amazonaws.com",
    "appsync.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "secretsmanager.amazonaws.com",  # tries again, and says that a rotation failed
)
"""Callers of functions that notice a failure themselves."""
FORGET = ("config", "events", "iot", "logs", "s3", "scheduler", "ses", "sns")
"""Those that hand a call over to Lambda, by the first word of their names: some have a region."""


def faults(stage: Stage) -> Iterator[str]:
    """One line for each place where something is lost."""
    for stack in stage.stacks:
        for resource in stack.resources:
            if resource.type in TARGETS_OF:
                yield from _targets(resource)
            elif resource.type == "AWS::Lambda::Permission":
                yield from _calls(stack, resource)
            elif resource.type == "AWS::SNS::Subscription":
                yield from _deliveries(resource)


def _targets(rule: Resource) -> Iterator[str]:
    for target in _listed(rule.properties.get(TARGETS_OF[rule.type], [])):
        if "DeadLetterConfig" not in target:
            yield f"{rule.place}: what does not reach {flattened(target['Arn'])} is lost"


def _calls(stack: Stack, permission: Resource) -> Iterator[str]:
    caller = flattened(permission.properties["Principal"])
    if caller in NOTICE:
        return
    if caller.partition(".")[0] not in FORGET:
        yield f"{permission.place}: say in {__name__} whether {caller} notices failures"
        return
    functions = set(named(permission.properties["FunctionName"]))
    if not functions & set(_kept(stack)):
        yield f"{permission.place}: a call of {caller} that fails in the end is lost"


def _kept(stack: Stack) -> Iterator[str]:
    """The functions whose failed calls are put somewhere."""
    for resource in stack.resources:
        match resource.type, resource.properties:
            case "AWS::Lambda::Function", {"DeadLetterConfig": _}:
                yield resource.logical_id
            case (
                "AWS::Lambda::EventInvokeConfig",
                {"FunctionName": function, "DestinationConfig": {"OnFailure": _}},
            ):
                yield from named(function)


def _deliveries(subscription: Resource) -> Iterator[str]:
    if "RedrivePolicy" not in subscription.properties:
        yield f"{subscription.place}: what its endpoint does not take is lost"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
