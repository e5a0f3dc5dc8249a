import json
from pathlib import Path
from typing import Any

import pytest

from proofs import usage
from proofs.assembly import Json, Stage
from proofs.usage import Reason, Usage, faults
from tests.proofs.stages import resource, stage

ROLE = "billing/Role"
PROGRAM = "services/billing"


def granting(*actions: str, to: str = "ecs-tasks") -> Stage:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{to}.amazonaws.com"},
    }
    granted = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:sqs:x"}
    role: dict[str, Json] = {
        "Role": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={"Statement": [trust]},
            Policies=[{"PolicyDocument": {"Statement": [granted]}}],
        )
    }
    return stage(billing=role)


def knowing(*taken: str, reasons: tuple[Reason, ...] = ()) -> Usage:
    return Usage({ROLE: PROGRAM}, {PROGRAM: frozenset(taken)}, reasons)


def test_what_a_test_takes_may_be_granted() -> None:
    assert list(faults(granting("sqs:SendMessage"), knowing("sqs:SendMessage"))) == []


def test_what_no_test_takes_is_told() -> None:
    built = granting("sqs:SendMessage", "sqs:PurgeQueue")
    (fault,) = faults(built, knowing("sqs:SendMessage"))
    assert fault == "live/billing/Role may do sqs:PurgeQueue, and no test does it"


def test_another_program_s_tests_do_not_count() -> None:
    other = Usage({ROLE: PROGRAM}, {"services/charging": frozenset(["sqs:SendMessage"])}, ())
    (fault,) = faults(granting("sqs:SendMessage"), other)
    assert "may do sqs:SendMessage" in fault


def test_what_a_test_takes_and_nobody_granted_is_told() -> None:
    (fault,) = faults(granting("sqs:SendMessage"), knowing("sqs:SendMessage", "s3:GetObject"))
    assert fault == "live/billing/Role may not do s3:GetObject, and a test does it"


def test_what_only_some_environments_grant_is_missed_in_none() -> None:
    sometimes = Reason("billing/*", ("s3:Get*",), "only where there are documents")
    known = Usage(
        {ROLE: PROGRAM}, {PROGRAM: frozenset(["sqs:SendMessage", "s3:GetObject"])}, (), (sometimes,)
    )
    assert list(faults(granting("sqs:SendMessage"), known)) == []
    assert usage.unused([granting("sqs:SendMessage")], known) == [sometimes]
    assert usage.unused([granting("s3:GetObject")], known) == []


def test_what_is_taken_as_another_account_s_role_is_missed_in_none() -> None:
    elsewhere = Reason("billing/*", ("ssm:GetParameter",), "asked of another account")
    taken = {PROGRAM: frozenset(["sqs:SendMessage", "ssm:GetParameter"])}
    known = Usage({ROLE: PROGRAM}, taken, (), (), (elsewhere,))
    assert list(faults(granting("sqs:SendMessage"), known)) == []
    assert usage.unused([granting("sqs:SendMessage")], known) == []
    never = Usage({ROLE: PROGRAM}, {PROGRAM: frozenset()}, (), (), (elsewhere,))
    assert usage.unused([granting("sqs:SendMessage")], never) == [elsewhere]


def test_a_wildcard_is_taken_with_one_of_its_actions() -> None:
    assert list(faults(granting("sqs:Send*"), knowing("sqs:SendMessage"))) == []
    assert list(faults(granting("sqs:Receive*"), knowing()))


def with_a_policy(kind: str, **attached: Any) -> Stage:
    """Billing's role may send, and whatever another resource's statement allows."""
    (billing,) = granting("sqs:SendMessage").stacks
    granted: Json = {"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "arn:aws:sqs:x"}
    granted |= {"Principal": principal} if (principal := attached.pop("to", None)) else {}
    policy = resource(kind, PolicyDocument={"Statement": granted}, **attached)
    return stage(billing={**billing.template["Resources"], "Policy": policy})


@pytest.mark.parametrize(
    "built",
    [
        with_a_policy("AWS::IAM::Policy", Roles=[{"Ref": "Role"}]),
        with_a_policy("AWS::IAM::Policy", Roles=[{"Ref": "Other"}, {"Ref": "Role"}]),
        with_a_policy("AWS::IAM::ManagedPolicy", Roles=[{"Ref": "Role"}]),
        with_a_policy("AWS::SQS::QueuePolicy", to={"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}),
    ],
    ids=["alone", "with another", "managed", "of a resource"],
)
def test_whatever_grants_an_action_counts(built: Stage) -> None:
    (fault,) = faults(built, knowing("sqs:SendMessage"))
    assert fault == "live/billing/Role may do sqs:PurgeQueue, and no test does it"


def test_a_managed_policy_that_the_role_names_counts() -> None:
    built = with_a_policy("AWS::IAM::ManagedPolicy")
    (billing,) = built.stacks
    billing.template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = [{"Ref": "Policy"}]
    (fault,) = faults(built, knowing("sqs:SendMessage"))
    assert "may do sqs:PurgeQueue" in fault


def test_a_grant_from_another_stack_counts() -> None:
    (billing,) = granting("sqs:SendMessage").stacks
    arn = {"Fn::GetStackOutput": {"StackName": "live-billing", "OutputName": "Published"}}
    granted = {"Effect": "Allow", "Action": "sqs:PurgeQueue", "Principal": {"AWS": arn}}
    policy = resource("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": granted})
    built = stage(billing=billing.template["Resources"], queue={"Policy": policy})
    output = {"Published": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}
    built.stacks[0].template["Outputs"] = output
    (fault,) = faults(built, knowing("sqs:SendMessage"))
    assert "may do sqs:PurgeQueue" in fault


def test_a_reason_stands_for_an_action_that_no_test_takes() -> None:
    reason = Reason("billing/*", ("kms:*",), "taken by S3")
    known = knowing(reasons=(reason,))
    assert list(faults(granting("kms:Decrypt"), known)) == []
    assert known.why(ROLE, "kms:Decrypt") == "taken by S3"
    assert usage.unused([granting("kms:Decrypt")], known) == []
    assert usage.unused([granting("s3:GetObject")], known) == [reason]


def test_a_service_s_own_role_is_its_own() -> None:
    assert list(faults(granting("logs:PutLogEvents", to="vpc-flow-logs"), knowing())) == []


def test_an_operation_counts_as_the_action_that_permits_it(tmp_path: Path) -> None:
    taken, file = tmp_path / "taken.json", tmp_path / "grants.toml"
    taken.write_text(json.dumps({PROGRAM: ["sqs:SendMessageBatch", "s3:GetObject"]}))
    file.write_text(f'unused = []\n[programs]\n"{ROLE}" = "{PROGRAM}"\n')
    known = usage.read(taken, file)
    assert known.taken[PROGRAM] == {"sqs:SendMessage", "s3:GetObject"}


def test_every_program_and_every_reason_is_still_there(stages: dict[str, Stage]) -> None:
    known = usage.read()
    roles = {g.role.place for built in stages.values() for g in usage.programs_grants(built)}
    assert known.programs.keys() <= roles
    assert known.taken.keys() == set(known.programs.values())
    assert usage.unused(list(stages.values()), known) == []
