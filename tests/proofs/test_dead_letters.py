"""What would be lost while nobody waits is told: of small stages, and of ours nothing."""

import pytest

from proofs.assembly import Json, Stage
from proofs.dead_letters import faults
from tests.proofs.stages import resource, stage

QUEUE = {"Fn::GetAtt": ["Set", "Arn"]}
FUNCTION = {"Fn::GetAtt": ["Function", "Arn"]}
NAMED = {"Ref": "Function"}


def told(**resources: Json) -> list[str]:
    return list(faults(stage(program=resources)))


def permission(caller: str) -> Json:
    return resource("AWS::Lambda::Permission", FunctionName=FUNCTION, Principal=caller)


@pytest.mark.parametrize(
    ("type_", "property_", "listed"),
    [("AWS::Events::Rule", "Targets", True), ("AWS::Scheduler::Schedule", "Target", False)],
)
def test_a_target_without_a_dead_letter_queue_is_told(
    type_: str, property_: str, listed: bool
) -> None:
    def rule(target: Json) -> Json:
        return {**resource(type_), "Properties": {property_: [target] if listed else target}}

    lost = "program/Rule: what does not reach <Function.Arn> is lost"
    assert told(Rule=rule({"Arn": FUNCTION})) == [lost]
    assert told(Rule=rule({"Arn": FUNCTION, "DeadLetterConfig": {"Arn": QUEUE}})) == []


@pytest.mark.parametrize("caller", ["events.amazonaws.com", "logs.eu-central-1.amazonaws.com"])
def test_a_function_that_is_called_and_forgotten_keeps_what_it_fails_at(caller: str) -> None:
    lost = f"program/Called: a call of {caller} that fails in the end is lost"
    called = permission(caller)
    plain = resource("AWS::Lambda::Function")
    assert told(Called=called, Function=plain) == [lost]
    set_aside = resource("AWS::Lambda::Function", DeadLetterConfig={"TargetArn": QUEUE})
    assert told(Called=called, Function=set_aside) == []
    to = {"OnFailure": {"Destination": QUEUE}}
    tries = resource("AWS::Lambda::EventInvokeConfig", FunctionName=NAMED, DestinationConfig=to)
    assert told(Called=called, Function=plain, Tries=tries) == []
    only_tries = resource("AWS::Lambda::EventInvokeConfig", FunctionName=NAMED)
    assert told(Called=called, Function=plain, Tries=only_tries) == [lost]
    of_another = resource(
        "AWS::Lambda::EventInvokeConfig", FunctionName={"Ref": "Other"}, DestinationConfig=to
    )
    assert told(Called=called, Function=plain, Tries=of_another) == [lost]


def test_a_caller_that_notices_needs_nothing_and_one_that_nobody_knows_is_told() -> None:
    assert told(Called=permission("appsync.amazonaws.com")) == []
    (unknown,) = told(Called=permission("new.amazonaws.com"))
    assert unknown == (
        "program/Called: say in proofs.dead_letters whether new.amazonaws.com notices failures"
    )


def test_a_topic_loses_nothing_that_somebody_should_have_had() -> None:
    lost = resource("AWS::SNS::Subscription", Protocol="email")
    assert told(Told=lost) == ["program/Told: what its endpoint does not take is lost"]
    kept = {"deadLetterTargetArn": QUEUE}
    assert told(Told=resource("AWS::SNS::Subscription", RedrivePolicy=kept)) == []


def test_ours_lose_nothing(stages: dict[str, Stage]) -> None:
    assert [fault for one in stages.values() for fault in faults(one)] == []
