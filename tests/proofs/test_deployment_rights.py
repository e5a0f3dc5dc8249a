import dataclasses

import proofs.__main__ as command
from proofs import deployment_rights
from proofs.assembly import Json, Stage
from proofs.deployment_rights import EXECUTION, Correction, Corrections, faults, needed
from tests.proofs.stages import resource, stage

ACCOUNT = "100000000021"
KINDS = {ACCOUNT: "environment"}
QUEUE = {"Queue": resource("AWS::SQS::Queue")}
ASKED = {
    *("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"),
    *("sqs:ListQueueTags", "sqs:ListQueues", "sqs:SetQueueAttributes", "sqs:TagQueue"),
    "sqs:UntagQueue",
}
"""By the schema of a queue."""


def deployed(**stacks: dict[str, Json]) -> Stage:
    """Every stack but `roles` by the role that the bootstrap made."""
    built = stage("live", ACCOUNT, (), **stacks)
    return dataclasses.replace(
        built,
        stacks=tuple(
            dataclasses.replace(one, artifact={} if one.name == "roles" else {EXECUTION: "role"})
            for one in built.stacks
        ),
    )


def allowing(*actions: str, name: str = "fleetcharge-deployment-1") -> dict[str, Json]:
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = {"Statement": [allowed]}
    policy = resource("AWS::IAM::ManagedPolicy", ManagedPolicyName=name, PolicyDocument=document)
    return {"Rights": policy}


def told(built: Stage, corrections: Corrections = Corrections()) -> list[str]:  # noqa: B008 — it is frozen
    return list(faults([built], KINDS, corrections))


def test_a_type_needs_what_its_schema_lists() -> None:
    assert needed([deployed(it=QUEUE)], KINDS, Corrections()) == {"environment": ASKED}


def test_what_is_deployed_by_another_role_needs_nothing() -> None:
    assert needed([deployed(roles=QUEUE)], KINDS, Corrections()) == {"environment": set()}


def test_rights_that_fit_are_no_fault() -> None:
    assert told(deployed(roles=allowing(*ASKED), it=QUEUE)) == []


def test_a_right_that_lacks_and_one_that_nothing_needs_are_told() -> None:
    allowed = allowing(*ASKED - {"sqs:TagQueue"}, "sns:Publish")
    assert told(deployed(roles=allowed, it=QUEUE)) == [
        f"deployments in {ACCOUNT} (environment) need sqs:TagQueue and may not",
        f"deployments in {ACCOUNT} (environment) may sns:Publish, and nothing there needs it",
    ]


def test_another_policy_is_no_right_of_deployments() -> None:
    other = allowing(*ASKED, name="fleetcharge-boundary")
    assert len(told(deployed(roles=other, it=QUEUE))) == len(ASKED)


def test_a_correction_adds_and_withholds_and_is_told_when_it_is_about_nothing() -> None:
    beside = Correction(("AWS::SQS::*",), ("sqs:Extra",), "It is so.")
    withheld = Correction(("*",), ("sqs:*Url",), "Nobody asks.")
    right = Corrections((beside,), (withheld,))
    actions = (ASKED - {"sqs:GetQueueUrl"}) | {"sqs:Extra"}
    assert told(deployed(roles=allowing(*actions), it=QUEUE), right) == []
    idle = Corrections(
        (Correction(("AWS::SNS::*",), ("sns:Extra",), "It is so."),),
        (Correction(("*",), ("sns:*",), "Nobody asks."),),
    )
    assert told(deployed(roles=allowing(*ASKED), it=QUEUE), idle) == [
        "deployment-rights.toml gives rights for AWS::SNS::*, and there is none",
        "deployment-rights.toml withholds sns:*, and nothing asks for it",
    ]


def test_deployments_may_do_what_every_account_needs_and_no_more(stages: dict[str, Stage]) -> None:
    kinds, known = command.account_kinds(), deployment_rights.read()
    assert list(faults(list(stages.values()), kinds, known)) == [], "run `make ledger`"
