import json

import pytest

from proofs import wildcards
from proofs.assembly import Acknowledgement, Json, Stage
from proofs.policies import PolicyError
from proofs.wildcards import Reason, Wildcard, unused
from tests.proofs.stages import resource, stage

KEY = Reason("AWS::KMS::Key *", "Allow", "Resource::[*]", "*", "The star is the key.")


def allowed(action: object, on: object, **more: object) -> Json:
    statement = {"Effect": "Allow", "Action": action, "Resource": on} | more
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(action: object, on: object) -> Json:
    return resource(
        "AWS::IAM::Policy", path="Role/DefaultPolicy/Resource", PolicyDocument=allowed(action, on)
    )


def found(built: Stage, *reasons: Reason) -> list[Wildcard]:
    return list(wildcards.wildcards(built, reasons))


def the_only(built: Stage, *reasons: Reason) -> Wildcard:
    (wildcard,) = found(built, *reasons)
    return wildcard


def test_what_is_named_is_no_wildcard() -> None:
    assert found(stage(data={"P": policy("s3:GetObject", "arn:aws:s3:::one/file")})) == []


@pytest.mark.parametrize(
    ("action", "on", "element"),
    [
        ("s3:Get*", "arn:aws:s3:::one/file", "Action::s3:Get*"),
        ("s3:Get?bject", "arn:aws:s3:::one/file", "Action::s3:Get?bject"),
        (["s3:GetObject", "*"], "arn:aws:s3:::one/file", "Action::*"),
        ("s3:GetObject", ["arn:aws:s3:::one", "*"], "Resource::*"),
        ("s3:GetObject", {"Fn::GetAtt": ["B", "Arn"]}, None),
        (
            "s3:GetObject",
            {"Fn::Join": ["", [{"Fn::GetAtt": ["B", "Arn"]}, "/*"]]},
            "Resource::<B.Arn>/*",
        ),
        (
            "s3:GetObject",
            {"Fn::Sub": "arn:${AWS::Partition}:*"},
            "Resource::arn:<AWS::Partition>:*",
        ),
    ],
)
def test_a_wildcard_is_found_in_whatever_form(action: object, on: object, element: str) -> None:
    elements = [w.element for w in found(stage(data={"P": policy(action, on)}))]
    assert elements == ([element] if element else [])


def test_a_reason_that_a_condition_is_part_of_falls_with_it() -> None:
    def vault(**condition: object) -> Stage:
        document = allowed("backup:CopyIntoBackupVault", "arn:x", Principal="*", **condition)
        return stage(vault={"V": resource("AWS::Backup::BackupVault", AccessPolicy=document)})

    reason = Reason("*", "Allow", "Principal::[*]", "[*]", "Ours only.", when="*PrincipalOrgID*")
    ours = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert the_only(vault(Condition=ours), reason).reason == "Ours only."
    assert the_only(vault(), reason).reason is None


def test_a_policy_that_is_written_in_a_text_counts() -> None:
    before, after = json.dumps(allowed("logs:PutLogEvents", "GROUP:*")).split("GROUP")
    text = {"Fn::Join": ["", [before, {"Fn::GetAtt": ["G", "Arn"]}, after]]}
    logs = resource("AWS::Logs::ResourcePolicy", PolicyDocument=text)
    assert the_only(stage(data={"P": logs})).element == "Resource::<G.Arn>:*"


def test_a_policy_in_a_call_that_is_written_in_a_text_counts() -> None:
    call = json.dumps({"action": "Put", "policy": json.dumps(allowed("s3:*", "arn:x"))})
    custom = resource("Custom::AWS", Create={"Fn::Join": ["", [call]]})
    assert the_only(stage(data={"C": custom})).element == "Action::s3:*"


def test_a_text_that_looks_like_a_policy_and_cannot_be_read_is_refused() -> None:
    broken = resource("AWS::Logs::ResourcePolicy", PolicyDocument='{"Statement": [{"Effect": ')
    with pytest.raises(PolicyError, match=r'^data/P \(AWS::Logs::ResourcePolicy\): .*"Effect"'):
        found(stage(data={"P": broken}))


def test_everything_but_something_is_a_wildcard() -> None:
    document = {"Statement": {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "arn:x"}}
    built = stage(data={"P": resource("AWS::IAM::ManagedPolicy", PolicyDocument=document)})
    assert the_only(built).element == "Action::* but iam:PassRole"


def test_a_role_s_own_policy_and_what_aws_manages_count() -> None:
    role = resource(
        "AWS::IAM::Role",
        Policies=[{"PolicyName": "p", "PolicyDocument": allowed("s3:*", "arn:x")}],
        ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"],
    )
    elements = {w.element for w in found(stage(data={"R": role}))}
    assert elements == {
        "Action::s3:*",
        "Policy::arn:aws:iam::aws:policy/AdministratorAccess",
    }


def test_a_permission_for_anyone_is_a_wildcard() -> None:
    permission = resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Ref": "F"},
        Principal="*",
    )
    wildcard = the_only(stage(data={"P": permission}))
    assert wildcard.reason is None
    assert str(wildcard) == (
        "data/P (AWS::Lambda::Permission) allows lambda:InvokeFunction: Principal::*"
    )


def acknowledged(construct: str, finding: str) -> Wildcard:
    rule = f"AwsSolutions::AwsSolutions-IAM5[{finding}]"
    beside = Acknowledgement(construct, rule, "It has to. [platform, until 2027-01-01]")
    return the_only(stage(data={"P": policy("s3:List*", "arn:x")}, acknowledged=(beside,)))


def test_the_reason_stands_beside_the_role() -> None:
    assert acknowledged("data/Role", "Action::s3:List*").reason == "It has to."
    assert acknowledged("data", "Action::s3:List*").reason == "It has to."


def test_another_s_reason_does_not_count() -> None:
    assert acknowledged("data/Ro", "Action::s3:List*").reason is None
    assert acknowledged("data/Role", "Action::s3:Get*").reason is None
    assert acknowledged("data/Role", "Action::s3:*").reason is None


def key_policy(action: str, principal: object) -> Stage:
    document = allowed(action, "*", Principal=principal)
    return stage(secrets={"Key": resource("AWS::KMS::Key", KeyPolicy=document)})


def test_the_reason_for_a_resource_s_policy_stands_in_the_register() -> None:
    built = key_policy("kms:Decrypt", {"Service": "logs.amazonaws.com"})
    assert the_only(built).reason is None
    assert the_only(built, KEY).reason == "The star is the key."


def test_a_star_in_brackets_is_that_star_only() -> None:
    whole = Reason("AWS::KMS::Key *", "Allow", "Action::kms:[*]", "*", "All of it.")
    one = found(key_policy("kms:*", {"AWS": "arn:aws:iam::1:root"}), KEY, whole)
    other = found(key_policy("kms:Decrypt*", {"AWS": "arn:aws:iam::1:root"}), KEY, whole)
    assert [w.reason for w in one] == ["All of it.", "The star is the key."]
    assert [w.reason for w in other] == [None, "The star is the key."]


def test_a_reason_for_one_principal_is_none_for_anyone() -> None:
    to_logs = Reason("*", "Allow", "*", "Service:logs.amazonaws.com", "Logs are encrypted.")
    one = found(key_policy("kms:Decrypt", {"Service": "logs.amazonaws.com"}), to_logs)
    anyone = found(key_policy("kms:Decrypt", {"AWS": "*"}), to_logs)
    assert [w.reason for w in one] == ["Logs are encrypted."]
    assert [w.reason for w in anyone] == [None, None]


def test_no_reason_is_left_over(stages: dict[str, Stage]) -> None:
    assert unused(list(stages.values()), wildcards.read()) == []
