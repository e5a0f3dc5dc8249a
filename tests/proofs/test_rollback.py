import dataclasses
from typing import Any

import pytest

from proofs import rollback
from proofs.assembly import Json, Stage
from proofs.rollback import Accepted, Final, Rule, faults, findings, unused
from tests.proofs.stages import resource, stage

SERVICE, BUCKET, ROLE = "AWS::ECS::Service", "AWS::S3::Bucket", "AWS::IAM::Role"
FUNCTION, ALIAS, URL = "AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Url"
GOES_BACK = {"Enable": True, "Rollback": True}


def found(built: Stage) -> list[tuple[Rule, str]]:
    return [(finding.rule, finding.place) for finding in findings(built)]


def broken(**resources: Json) -> list[str]:
    """What is said of the resources of a stack."""
    return [finding.says for finding in findings(stage(it=resources))]


def service(**changes: Any) -> Json:
    deployment: Json = {
        "DeploymentCircuitBreaker": GOES_BACK,
        "Alarms": {**GOES_BACK, "AlarmNames": ["errors"]},
    }
    return resource(SERVICE, DeploymentConfiguration=deployment | changes)


def test_a_service_with_circuit_breaker_and_alarms_goes_back() -> None:
    assert broken(Service=service()) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"DeploymentCircuitBreaker": {}}, "has no circuit breaker that rolls back"),
        (
            {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": False}},
            "has no circuit breaker that rolls back",
        ),
        ({"Alarms": {}}, "has no alarms that roll it back"),
        ({"Alarms": {**GOES_BACK, "AlarmNames": []}}, "has no alarms that roll it back"),
        (
            {"Alarms": {"Enable": True, "Rollback": False, "AlarmNames": ["a"]}},
            "has no alarms that roll it back",
        ),
    ],
)
def test_a_service_that_does_not_go_back_is_told(changes: Json, says: str) -> None:
    assert broken(Service=service(**changes)) == [says]


def test_a_service_without_any_deployment_configuration_is_told() -> None:
    assert len(broken(Service=resource(SERVICE))) == 2


def shifted(**changes: Any) -> dict[str, Json]:
    group: Json = {
        "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": "errors"}]},
        "AutoRollbackConfiguration": {"Enabled": True, "Events": ["DEPLOYMENT_STOP_ON_ALARM"]},
    }
    policy = {"CodeDeployLambdaAliasUpdate": {"DeploymentGroupName": {"Ref": "Group"}}}
    return {
        "Function": resource(FUNCTION),
        "Alias": resource(ALIAS, FunctionName={"Ref": "Function"}) | {"UpdatePolicy": policy},
        "Group": resource("AWS::CodeDeploy::DeploymentGroup", **(group | changes)),
        "Url": resource(URL, TargetFunctionArn={"Ref": "Alias"}),
    }


def test_a_function_behind_an_alias_that_alarms_move_back_is_right() -> None:
    assert broken(**shifted()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"AlarmConfiguration": {"Enabled": False, "Alarms": [{"Name": "errors"}]}},
        {"AlarmConfiguration": {"Enabled": True, "Alarms": []}},
        {"AutoRollbackConfiguration": {"Events": ["DEPLOYMENT_FAILURE"]}},
    ],
)
def test_an_alias_that_alarms_do_not_move_back_is_told(changes: Json) -> None:
    assert broken(**shifted(**changes)) == ["is not moved back by alarms"]


@pytest.mark.parametrize(
    "asking",
    [
        resource(URL, TargetFunctionArn={"Fn::GetAtt": ["Function", "Arn"]}),
        resource("AWS::AppSync::DataSource", LambdaConfig=[{"Fn::GetAtt": ["Function", "Arn"]}]),
    ],
)
def test_a_function_that_is_asked_itself_is_told(asking: Json) -> None:
    said = broken(Function=resource(FUNCTION), Asking=asking)
    assert said == ["asks a function itself, not an alias of it"]


def protected(is_: bool = True, **stacks: dict[str, Json]) -> Stage:
    built = stage("live", "100000000021", (), **stacks)
    protection: Json = {"terminationProtection": is_}
    return dataclasses.replace(
        built, stacks=tuple(dataclasses.replace(s, artifact=protection) for s in built.stacks)
    )


@pytest.mark.parametrize(
    ("deleted", "replaced", "kept"),
    [
        ("RetainExceptOnCreate", "Retain", True),
        ("Snapshot", "Snapshot", True),
        ("Retain", "Delete", False),
        ("Delete", "Retain", False),
    ],
)
def test_data_is_kept_where_stacks_are_protected(deleted: str, replaced: str, kept: bool) -> None:
    bucket = resource(BUCKET) | {"DeletionPolicy": deleted, "UpdateReplacePolicy": replaced}
    assert (found(protected(data={"Files": bucket})) == []) is kept
    assert found(protected(False, data={"Files": bucket})) == []


def test_data_without_any_policy_is_told() -> None:
    bucket = {"Type": BUCKET, "Properties": {}}
    assert found(protected(data={"Files": bucket})) == [(Rule.DATA, "data/Files")]


def test_one_stack_that_can_be_deleted_among_others_is_told() -> None:
    built = protected(data={}, queue={})
    data, queue = built.stacks
    open_ = dataclasses.replace(queue, artifact={})
    assert found(dataclasses.replace(built, stacks=(data, open_))) == [(Rule.STACK, "queue")]


def test_a_name_of_its_own_that_stands_in_the_way_of_its_replacement_is_told() -> None:
    (says,) = broken(Images=resource("AWS::ECR::Repository", RepositoryName="charging"))
    assert says == "keeps its name when a change of EncryptionConfiguration replaces it"


@pytest.mark.parametrize(
    "free",
    [
        resource("AWS::ECR::Repository"),
        resource("AWS::ECR::Repository", RepositoryName={"Ref": "Other"}),
        resource("AWS::KMS::Alias", AliasName="alias/ours"),
        resource("AWS::EC2::VPCEndpoint", ServiceName="com.amazonaws.eu-central-1.s3"),
    ],
)
def test_a_name_that_cannot_collide_is_no_finding(free: Json) -> None:
    assert broken(It=free) == []


def test_a_custom_resource_has_to_end_in_time_and_to_be_vouched_for() -> None:
    assert broken(Role=resource("Custom::Role", ServiceTimeout="300")) == [
        "is made and undone by its function"
    ]
    assert len(broken(Role=resource("Custom::Role"))) == 2
    vouched = Accepted(Rule.CUSTOM, "Custom::Role", "It is tried.")
    assert len(list(faults(stage(it={"Role": resource("Custom::Role")}), [vouched]))) == 1


def test_a_stack_that_does_not_wait_for_its_account_s_roles_is_told() -> None:
    boundary = resource("AWS::IAM::ManagedPolicy", ManagedPolicyName="boundary")
    built = stage(roles={"Boundary": boundary}, network={}, data={}, early={})
    after = {"network": ("roles",), "data": ("network",)}
    ordered = tuple(dataclasses.replace(s, after=after.get(s.name, ())) for s in built.stacks)
    orders = [
        finding.place
        for finding in findings(dataclasses.replace(built, stacks=ordered))
        if finding.rule is Rule.ORDER
    ]
    assert orders == ["early"]


def test_stacks_with_roles_and_with_rights_need_not_wait_for_each_other() -> None:
    policy = {"Policy": resource("AWS::IAM::ManagedPolicy", ManagedPolicyName="it")}
    built = stage(roles=policy, rights=policy, network={})
    ordered = tuple(
        dataclasses.replace(s, after=("roles",) if s.name == "network" else ())
        for s in built.stacks
    )
    every = findings(dataclasses.replace(built, stacks=ordered))
    (found,) = (one for one in every if one.rule is Rule.ORDER)
    assert found.says == "does not wait for rights, which has its account's roles or rights"


def test_an_export_is_told() -> None:
    built = stage(data={})
    built.stacks[0].template["Outputs"] = {"Arn": {"Value": "x", "Export": {"Name": "arn"}}}
    assert found(built) == [(Rule.EXPORT, "data/Arn")]


def test_a_fault_says_what_holds_and_where_a_reason_belongs() -> None:
    (fault,) = faults(stage(it={"Service": service(Alarms={})}), [])
    assert fault == (
        "live/it/Service has no alarms that roll it back. A service that does not become healthy, "
        "or whose alarms ring, goes back by itself. Mend it, or say why not as an [[accepted]] of "
        "rule 'service' in rollback.toml"
    )


def test_a_reason_about_nothing_is_told() -> None:
    reason = Accepted(Rule.SERVICE, "it/*", "It is young.")
    assert list(unused([stage(it={"Service": service(Alarms={})})], [reason], [])) == []
    last = Final(BUCKET, "ObjectLockEnabled", "It stays.")
    assert list(unused([stage(it={"Service": service()})], [reason], [last])) == [
        "rollback.toml accepts it/* for SERVICE, and nothing needs it",
        "rollback.toml calls ObjectLockEnabled of AWS::S3::Bucket final, and nothing has it",
    ]


def test_every_deployment_can_be_taken_back_or_says_why_not(stages: dict[str, Stage]) -> None:
    accepted, final = rollback.read()
    every = list(stages.values())
    assert [fault for one in every for fault in faults(one, accepted)] == []
    assert list(unused(every, accepted, final)) == []
