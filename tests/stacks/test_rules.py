"""What holds for every stack of every environment and, with `stage`, of the organisation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.environments import ORGANIZATION, Environment, Fleet
from tests.stacks.assembly import Assembly, Template, values_of

ROOT = Path(__file__).parents[2]
SERVICES = {"charging", "billing", "telemetry"}
COMMON = {
    *("roles", "rights", "secrets", "observability", "network", "queue", "data"),
    *("auth", "cluster", "operations", "backup", "budget", "monitoring", "edge", "hosting"),
    "edge-monitoring",
}
SUPPORTING = {"metrics", "grafana", "broker", "search"}
STATEFUL_OUTSIDE = {
    "AWS::Backup::BackupVault",
    "AWS::KMS::Key",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
}
"""What the organisation keeps."""
STATEFUL = STATEFUL_OUTSIDE - {"AWS::Route53::HostedZone"} | {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::RDS::DBCluster",
    "AWS::SecretsManager::Secret",
}
"""What an environment keeps."""


def test_nothing_is_found(assembly: Assembly) -> None:
    reports = {report["pluginName"]: report for report in assembly.report["pluginReports"]}
    assert set(reports) == {"AwsSolutions", "CloudFormation Validate"}
    for report in reports.values():
        assert report["conclusion"] == "success"
        assert report["violations"] == []


def test_stacks_are_named_for_their_environment(
    assembly: Assembly, environment: Environment
) -> None:
    for name, stack in assembly.stacks.items():
        assert stack.name == f"{assembly.environment}-{name}"
    copies = {"documents-copy"} if environment.replicate_documents else set()
    zone = {"zone"} if environment.domain else set()
    supporting = {name for name in SUPPORTING if getattr(environment.supporting, name)}
    assert set(assembly.stacks) == COMMON | SERVICES | zone | copies | supporting


def test_no_stack_comes_near_the_limit_of_500_resources(stage: Assembly) -> None:
    for stack in stage.stacks.values():
        assert 0 < len(stack.template["Resources"]) < 450, stack.name


def test_stacks_are_protected_where_the_stage_is(stage: Assembly, protected: bool) -> None:
    assert {stack.terminates for stack in stage.stacks.values()} == {not protected}


def test_data_outlives_its_stack_where_the_stage_is_protected(
    stage: Assembly, protected: bool
) -> None:
    kept = "RetainExceptOnCreate" if protected else "Delete"
    seen = set()
    for type_ in STATEFUL | STATEFUL_OUTSIDE:
        for place, body in stage.of_type(type_):
            seen.add(type_)
            if type_ == "AWS::RDS::DBCluster" and not protected:
                continue
            if "/DatabaseRole" in place:
                continue  # a password that the stack gives anew, under the same name
            assert body["DeletionPolicy"] == kept, place
            assert body["UpdateReplacePolicy"] == kept.replace("ExceptOnCreate", ""), place
    assert seen >= (STATEFUL_OUTSIDE if stage.environment == ORGANIZATION else STATEFUL)


def test_every_role_carries_the_boundary_that_its_account_has(
    stage: Assembly, fleet: Fleet
) -> None:
    seen = 0
    for place, body in stage.of_type("AWS::IAM::Role"):
        stack = stage[place.partition("/")[0]]
        if stack.account == fleet.accounts.management or stack.name.endswith("-roles"):
            continue
        boundary = str(body["Properties"].get("PermissionsBoundary"))
        assert boundary.endswith(":policy/fleetcharge-boundary"), place
        seen += 1
    assert seen >= 3


def test_no_stack_holds_another_by_an_export(stage: Assembly) -> None:
    for name, stack in stage.stacks.items():
        assert not list(values_of(stack.template, "Fn::ImportValue")), name
        assert not [o for o in stack.template.get("Outputs", {}).values() if "Export" in o], name


def test_every_weak_reference_names_an_output_of_a_stack_deployed_before(
    stage: Assembly,
) -> None:
    by_name = {stack.name: key for key, stack in stage.stacks.items()}
    seen = 0
    for key, stack in stage.stacks.items():
        for reference in values_of(stack.template, "Fn::GetStackOutput"):
            producer = by_name[reference["StackName"]]
            assert reference["OutputName"] in stage[producer].outputs, (key, reference)
            assert producer in stack.needs, f"{key} must wait for {producer}"
            seen += 1
    assert seen > (10 if stage.environment == ORGANIZATION else 100)


def test_roles_and_rights_come_first(assembly: Assembly) -> None:
    first = {"roles", "rights"}
    for name, stack in assembly.stacks.items():
        assert stack.needs >= first if name not in first else not stack.needs, name


def test_no_stack_waits_for_a_service(assembly: Assembly) -> None:
    for name, stack in assembly.stacks.items():
        assert not stack.needs & (SERVICES | SUPPORTING), f"{name} must deploy without any service"


def test_every_log_group_is_encrypted_and_kept_for_a_stated_time(stage: Assembly) -> None:
    groups = list(stage.of_type("AWS::Logs::LogGroup"))
    assert len(groups) >= (1 if stage.environment == ORGANIZATION else 8)
    for place, body in groups:
        assert body["Properties"]["RetentionInDays"] > 0, place
        assert body["Properties"]["KmsKeyId"], place


def test_container_insights_finds_its_group_made_before_the_cluster(assembly: Assembly) -> None:
    stack = assembly["cluster"]
    ((cluster, body),) = stack.of_type("AWS::ECS::Cluster").items()
    name = body["Properties"]["ClusterName"]
    (insights,) = (
        id_
        for id_, group in stack.of_type("AWS::Logs::LogGroup").items()
        if group["Properties"]["LogGroupName"] == f"/aws/ecs/containerinsights/{name}/performance"
    )
    assert insights in stack.template["Resources"][cluster]["DependsOn"]


def test_a_role_makes_data_keys_only_where_it_writes(assembly: Assembly) -> None:
    writes = {
        *("s3:PutObject", "s3:ReplicateObject", "sqs:SendMessage"),
        "secretsmanager:PutSecretValue",
    }
    seen = 0
    for place, body in assembly.of_type("AWS::IAM::Policy"):
        granted = {
            action
            for statement in _statements(body["Properties"])
            for action in _listed(statement["Action"])
        }
        if "kms:GenerateDataKey" in granted:
            assert granted & writes, place
            seen += 1
    assert seen >= 4


def test_every_function_and_container_writes_to_a_group_of_ours(stage: Assembly) -> None:
    for place, body in stage.of_type("AWS::Lambda::Function"):
        assert body["Properties"]["LoggingConfig"]["LogGroup"]["Ref"], place
    for place, body in stage.of_type("AWS::ECS::TaskDefinition"):
        for container in body["Properties"]["ContainerDefinitions"]:
            group = container["LogConfiguration"]["Options"]["awslogs-group"]
            assert group["Ref"], place


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("AWS::DynamoDB::Table", "SSESpecification"),
        ("AWS::ECR::Repository", "EncryptionConfiguration"),
        ("AWS::Lambda::Function", "KmsKeyArn"),
        ("AWS::RDS::DBCluster", "KmsKeyId"),
        ("AWS::S3::Bucket", "BucketEncryption"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ],
)
def test_everything_at_rest_is_encrypted(stage: Assembly, type_: str, property_: str) -> None:
    found = list(stage.of_type(type_))
    assert found or stage.environment == ORGANIZATION
    for place, body in found:
        assert body["Properties"].get(property_), place


def test_no_bucket_can_be_made_public(stage: Assembly) -> None:
    for place, body in stage.of_type("AWS::S3::Bucket"):
        blocked = body["Properties"]["PublicAccessBlockConfiguration"]
        assert set(blocked.values()) == {True}, place
        assert len(blocked) == 4, place


def test_no_program_may_do_everything_of_a_service(stage: Assembly) -> None:
    for place, actions in _allowed_actions(stage):
        for action in actions:
            assert not action.endswith(":*"), f"{place} allows {action}"
            assert action != "*", place


def test_no_secret_stands_in_a_template(stage: Assembly) -> None:
    for place, body in stage.of_type("AWS::SecretsManager::Secret"):
        assert "SecretString" not in body["Properties"], place
        assert body["Properties"]["GenerateSecretString"]["PasswordLength"] >= 30 or (
            "data/" in place  # the CDK's own default for a cluster's administrator
        ), place


def test_every_stack_is_tagged_for_its_environment(stage: Assembly) -> None:
    for name, stack in stage.stacks.items():
        assert stack.tags == {
            "fleetcharge:environment": stage.environment,
            "fleetcharge:stack": name,
        }


def _allowed_actions(assembly: Assembly) -> Iterator[tuple[str, list[str]]]:
    for type_ in ("AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
        for place, body in assembly.of_type(type_):
            for statement in _statements(body["Properties"]):
                if statement["Effect"] == "Deny" or statement.get("Sid") == "Ceiling":
                    continue
                yield place, _listed(statement.get("Action", []))


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def _statements(properties: Template) -> Iterator[Template]:
    for document in values_of(properties, "PolicyDocument"):
        yield from document["Statement"]


def test_the_docs_say_of_every_construct_what_it_guarantees() -> None:
    table = (ROOT / "docs" / "stacks.md").read_text()
    constructs = [
        name
        for file in (ROOT / "stacks" / "constructs").glob("*.py")
        for name in re.findall(r"^class ([A-Z]\w+)\((?!StrEnum)", file.read_text(), re.MULTILINE)
    ]
    assert len(constructs) > 15
    assert [name for name in constructs if f"`{name}`" not in table] == []


def test_outputs_that_others_rely_on_are_there(assembly: Assembly) -> None:
    for stack, names in {
        "auth": {"UserPoolId", "OperatorClientId"},
        "cluster": {"PublicLoadBalancerDnsName", "PrivateLoadBalancerDnsName"},
        "hosting": {"DistributionDomainName"},
        "queue": {"SessionEventsQueueUrl"},
        "billing": {"DocumentsBucketName"},
        "telemetry": {
            "WebhookUrl",
            "WebhookSecretArn",
            "GraphQlUrl",
            "DeviceLogGroupName",
            "SurplusFunctionName",
        },
    }.items():
        assert names <= assembly[stack].outputs
