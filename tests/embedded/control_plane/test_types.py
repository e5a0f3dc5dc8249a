"""A resource is created, or recorded, or refused by name."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration


def _network() -> Resources:
    """Types of MiniStack's own, and types that only its API has."""
    vpc, group = {"Ref": "Vpc"}, {"Fn::GetAtt": ["Group", "GroupId"]}
    rule: dict[str, Any] = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 443, "ToPort": "443"}
    types: dict[str, tuple[str, Resources]] = {
        "Vpc": ("EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Subnet": ("EC2::Subnet", {"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}),
        "Address": ("EC2::EIP", {"Domain": "vpc", "Tags": [{"Key": "Name", "Value": "out"}]}),
        "Nat": (
            "EC2::NatGateway",
            {
                "SubnetId": {"Ref": "Subnet"},
                "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
            },
        ),
        "Acl": ("EC2::NetworkAcl", {"VpcId": vpc}),
        "Entry": (
            "EC2::NetworkAclEntry",
            {
                "NetworkAclId": {"Ref": "Acl"},
                "RuleNumber": 100,
                "Protocol": -1,
                "RuleAction": "allow",
                "CidrBlock": "0.0.0.0/0",
            },
        ),
        "Group": ("EC2::SecurityGroup", {"VpcId": vpc, "GroupDescription": "of the test"}),
        "In": ("EC2::SecurityGroupIngress", {**rule, "SourceSecurityGroupId": group}),
        "Out": ("EC2::SecurityGroupEgress", {**rule, "CidrIp": "0.0.0.0/0"}),
    }
    return resources_of(types)


def _restore_tests() -> Resources:
    """Types that nothing stands behind."""
    return resources_of(
        {
            "Plan": (
                "Backup::RestoreTestingPlan",
                {
                    "RestoreTestingPlanName": "sundays",
                    "ScheduleExpression": "cron(0 3 ? * SUN *)",
                    "StartWindowHours": 1,
                    "RecoveryPointSelection": {
                        "Algorithm": "LATEST_WITHIN_WINDOW",
                        "RecoveryPointTypes": ["SNAPSHOT"],
                        "IncludeVaults": ["*"],
                    },
                },
            ),
            "Selection": (
                "Backup::RestoreTestingSelection",
                {
                    "RestoreTestingPlanName": {"Ref": "Plan"},
                    "RestoreTestingSelectionName": "databases",
                    "ProtectedResourceType": "Aurora",
                    "IamRoleArn": "arn:aws:iam::111122223333:role/restore",
                },
            ),
        }
    )


def test_what_only_the_api_knew_is_created_changed_and_deleted(
    control_plane: ControlPlane,
) -> None:
    stack, ec2 = Stack(control_plane, "network"), control_plane.client("ec2")
    resources = _network()
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert control_plane.recorded("network") == []

    nat, group = stack.physical_id("Nat"), stack.physical_id("Group")
    out = stack.physical_id("Address")
    [gateway] = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert gateway["SubnetId"] == stack.physical_id("Subnet")
    [permission] = _permissions(ec2, group)
    assert (permission["FromPort"], permission["ToPort"]) == (443, 443)
    assert permission["UserIdGroupPairs"][0]["GroupId"] == group

    resources["In"]["Properties"]["FromPort"] = 80
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert [permission["FromPort"] for permission in _permissions(ec2, group)] == [80]
    rule = stack.physical_id("In")
    resources["In"]["Properties"]["Description"] = "told apart"
    assert stack.update(resources) == "UPDATE_COMPLETE"
    [permission] = _permissions(ec2, group)
    assert [one["Description"] for one in permission["UserIdGroupPairs"]] == ["told apart"]
    assert stack.physical_id("In") == rule
    assert stack.physical_id("Nat") == nat

    resources["Nat"]["Properties"]["Tags"] = [{"Key": "Name", "Value": "way out"}]
    resources["Address"]["Properties"]["Tags"] = []
    assert stack.update(resources) == "UPDATE_COMPLETE"
    [gateway] = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert gateway["Tags"] == [{"Key": "Name", "Value": "way out"}]
    [address] = ec2.describe_addresses()["Addresses"]
    assert address["PublicIp"] == stack.physical_id("Address") == out
    assert not address.get("Tags")

    assert stack.delete() == "DELETE_COMPLETE"
    gateways = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert {gateway["State"] for gateway in gateways} <= {"deleted", "deleting"}
    with pytest.raises(ClientError, match="NotFound"):
        _permissions(ec2, group)


def _permissions(ec2: Any, group: str) -> list[dict[str, Any]]:
    [described] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    permissions: list[dict[str, Any]] = described["IpPermissions"]
    return permissions


def test_what_a_plan_backs_up_is_told(control_plane: ControlPlane) -> None:
    rule = {"RuleName": "nightly", "TargetBackupVault": "Default"}
    plan = {"BackupPlan": {"BackupPlanName": "nightly", "BackupPlanRule": [rule]}}
    chosen: Resources = {"SelectionName": "stores", "IamRoleArn": "arn:aws:iam::1:role/backup"}
    selection = {"BackupPlanId": {"Ref": "Plan"}, "BackupSelection": chosen}
    resources = resources_of(
        {"Plan": ("Backup::BackupPlan", plan), "Selection": ("Backup::BackupSelection", selection)}
    )
    stack, backup = Stack(control_plane, "kept"), control_plane.client("backup")
    assert stack.create(resources) == "CREATE_COMPLETE", stack.reasons()
    plan_id = stack.physical_id("Plan")

    def selections() -> list[str]:
        told = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
        return [one["SelectionName"] for one in told]

    assert selections() == ["stores"]
    chosen["SelectionName"] = "all"
    assert stack.update(resources) == "UPDATE_COMPLETE", stack.reasons()
    assert selections() == ["all"]
    assert stack.delete() == "DELETE_COMPLETE"


def test_what_nothing_stands_behind_is_listed_while_it_is_there(
    control_plane: ControlPlane,
) -> None:
    stack = Stack(control_plane, "restores")
    resources = _restore_tests()
    outputs = {"Plan": {"Ref": "Plan"}, "Arn": {"Fn::GetAtt": ["Plan", "RestoreTestingPlanArn"]}}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    first = stack.outputs()
    assert first["Arn"].startswith("arn:aws:backup:eu-central-1:111122223333:")
    assert [
        (resource.logical_id, resource.physical_id)
        for resource in control_plane.recorded("restores")
    ] == [("Plan", first["Plan"]), ("Selection", stack.physical_id("Selection"))]

    resources["Plan"]["Properties"]["StartWindowHours"] = 2
    assert stack.update(resources, outputs) == "UPDATE_COMPLETE"
    assert stack.outputs() == first, "another window replaces nothing"
    resources["Plan"]["Properties"]["RestoreTestingPlanName"] = "saturdays"
    assert stack.update(resources, outputs) == "UPDATE_COMPLETE"
    assert stack.outputs()["Plan"] != first["Plan"]
    assert len(control_plane.recorded("restores")) == 2

    assert stack.delete() == "DELETE_COMPLETE"
    assert control_plane.recorded("restores") == []


def test_what_stands_beside_a_name_that_replaces_changes_in_place(
    control_plane: ControlPlane,
) -> None:
    budget = {"BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    resources = resources_of({"Month": ("Budgets::Budget", {"Budget": budget})})
    stack = Stack(control_plane, "budgets")
    assert stack.create(resources) == "CREATE_COMPLETE"

    def replaced() -> bool:
        return any("new physical resource" in reason for reason in stack.told())

    budget["TimeUnit"] = "QUARTERLY"
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert not replaced()
    budget["BudgetName"] = "quarter"
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert replaced()
    assert stack.delete() == "DELETE_COMPLETE"


def test_an_alarm_that_computes_is_listed_and_one_that_does_not_is_raised(
    control_plane: ControlPlane,
) -> None:
    single: Resources = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Namespace": "Shop",
        "MetricName": "Waiting",
        "Period": 60,
        "Statistic": "Sum",
    }
    of_two = {
        **{name: single[name] for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold")},
        "Metrics": [{"Id": "half", "Expression": "waiting / 2"}],
    }
    stack = Stack(control_plane, "alarms")
    outputs = {"Alarm": {"Ref": "Alarm"}}
    alarms = control_plane.client("cloudwatch")

    def raised() -> list[str]:
        return [one["AlarmName"] for one in alarms.describe_alarms()["MetricAlarms"]]

    assert stack.create(resources_of({"Alarm": ("CloudWatch::Alarm", of_two)}), outputs)
    name = stack.outputs()["Alarm"]
    [listed] = control_plane.recorded("alarms")
    assert (listed.resource_type, listed.physical_id) == (
        "AWS::CloudWatch::Alarm with Metrics",
        name,
    )
    assert name not in raised()
    assert stack.update(resources_of({"Alarm": ("CloudWatch::Alarm", single)}), outputs)
    assert name in raised()
    assert control_plane.recorded("alarms") == []
    assert stack.delete() == "DELETE_COMPLETE"
    assert name not in raised()


def test_a_recorded_resource_that_breaks_its_schema_fails_by_its_path(
    control_plane: ControlPlane,
) -> None:
    stack = Stack(control_plane, "broken")
    resources = _restore_tests()
    resources["Plan"]["Properties"]["StartWindowHours"] = "plenty"
    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    [reason] = stack.reasons()
    assert "AWS::Backup::RestoreTestingPlan Plan" in reason
    assert "Properties/StartWindowHours: 'plenty' is not of type 'integer'" in reason
    assert control_plane.recorded("broken") == []


def test_an_unknown_type_is_refused_by_name(control_plane: ControlPlane) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types.*AWS::Fleet::Charger"):
        Stack(control_plane, "unknown").create(resources_of({"Charger": ("Fleet::Charger", {})}))


def test_a_role_carries_the_boundary_of_its_template(control_plane: ControlPlane) -> None:
    anything = {"Version": "2012-10-17", "Statement": []}
    resources = resources_of(
        {
            "Bound": ("IAM::ManagedPolicy", {"PolicyDocument": anything}),
            "Role": (
                "IAM::Role",
                {"AssumeRolePolicyDocument": anything, "PermissionsBoundary": {"Ref": "Bound"}},
            ),
        }
    )
    stack, iam = Stack(control_plane, "bounded"), control_plane.client("iam")
    assert stack.create(resources) == "CREATE_COMPLETE"
    role = stack.physical_id("Role")
    boundary = iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == stack.physical_id("Bound")
    resources["Role"]["Properties"]["PermissionsBoundary"] = "arn:aws:iam::111122223333:policy/none"
    assert stack.update(resources) == "UPDATE_ROLLBACK_COMPLETE"
    assert "policy/none does not exist" in stack.reasons()[0]
    del resources["Role"]["Properties"]["PermissionsBoundary"]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role)["Role"]


def test_a_task_definition_keeps_the_secrets_of_its_containers(
    control_plane: ControlPlane,
) -> None:
    container = {
        "Name": "cart",
        "Image": "shop/cart",
        "Secrets": [{"Name": "PASSWORD", "ValueFrom": "arn:aws:secretsmanager:::secret:a:b::"}],
    }
    task = resources_of({"Task": ("ECS::TaskDefinition", {"ContainerDefinitions": [container]})})
    stack, ecs = Stack(control_plane, "task"), control_plane.client("ecs")
    assert stack.create(task) == "CREATE_COMPLETE"
    described = ecs.describe_task_definition(taskDefinition=stack.physical_id("Task"))
    [definition] = described["taskDefinition"]["containerDefinitions"]
    assert definition["secrets"] == [
        {"name": "PASSWORD", "valueFrom": "arn:aws:secretsmanager:::secret:a:b::"}
    ]


def test_an_output_of_a_stack_in_another_region_is_found(control_plane: ControlPlane) -> None:
    topic = resources_of({"Topic": ("SNS::Topic", {"TopicName": "edge"})})
    edge = Stack(control_plane, "edge", region="us-east-1")
    assert edge.create(topic, {"Arn": {"Ref": "Topic"}}) == "CREATE_COMPLETE"
    asked = {"StackName": "edge", "Region": "us-east-1", "OutputName": "Arn"}
    parameter = {"Type": "String", "Value": {"Fn::GetStackOutput": asked}}
    stack = Stack(control_plane, "asking")
    resources = resources_of({"Parameter": ("SSM::Parameter", parameter)})
    assert stack.create(resources, {"Arn": {"Fn::GetStackOutput": asked}}) == "CREATE_COMPLETE"
    assert stack.outputs()["Arn"] == "arn:aws:sns:us-east-1:111122223333:edge"


def test_a_secret_is_referred_to_by_its_arn(control_plane: ControlPlane) -> None:
    secret = resources_of({"Secret": ("SecretsManager::Secret", {"SecretString": "first"})})
    stack, secrets = Stack(control_plane, "secret"), control_plane.client("secretsmanager")
    assert stack.create(secret, {"Secret": {"Ref": "Secret"}}) == "CREATE_COMPLETE"
    arn = stack.outputs()["Secret"]
    assert secrets.describe_secret(SecretId=arn)["ARN"] == arn
    secret["Secret"]["Properties"]["SecretString"] = "second"
    assert stack.update(secret, {"Secret": {"Ref": "Secret"}}) == "UPDATE_COMPLETE"
    assert stack.outputs()["Secret"] == arn
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "second"
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.describe_secret(SecretId=arn)
