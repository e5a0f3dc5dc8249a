"""The organisation's policies, as documents: what is denied, to whom, and what is spared."""

import json
import re

import pytest

from stacks.environments import Fleet
from stacks.organization.service_control import DOCUMENT_LIMIT
from tests.stacks.assembly import Assembly, Template

POLICY = "AWS::Organizations::Policy"
TOPS = {"Security", "Infrastructure", "Workloads", "Sandbox"}


@pytest.fixture
def policies(organization: Assembly) -> dict[str, Template]:
    found = organization["guardrails"].of_type(POLICY).values()
    return {
        body["Properties"]["Name"].removeprefix("fleetcharge-"): body["Properties"]
        for body in found
    }


def statement(policies: dict[str, Template], policy: str, sid: str) -> Template:
    (found,) = (s for s in policies[policy]["Content"]["Statement"] if s["Sid"] == sid)
    assert found["Effect"] == "Deny"
    properties: Template = found
    return properties


def targets(policy: Template) -> set[str]:
    names = (target["Fn::GetStackOutput"]["OutputName"] for target in policy["TargetIds"])
    return {re.sub(r"PublishOutputFnGetAtt(.+)Id\w{8}", r"\1", name) for name in names}


def test_every_policy_fits_and_only_denies(policies: dict[str, Template]) -> None:
    assert len(policies) == 5
    for name, policy in policies.items():
        content = policy["Content"]
        assert len(json.dumps(content, separators=(",", ":"))) <= DOCUMENT_LIMIT, name
        assert {s["Effect"] for s in content["Statement"]} == {"Deny"}, name


def test_no_unit_holds_more_than_five_service_control_policies(
    policies: dict[str, Template],
) -> None:
    held = [
        unit
        for policy in policies.values()
        if policy["Type"] == "SERVICE_CONTROL_POLICY"
        for unit in targets(policy)
    ]
    # AWS's own is the fifth.
    assert max(held.count(unit) for unit in held) == 4


def test_guardrails_stand_above_every_account(policies: dict[str, Template]) -> None:
    for name in ("foundations", "watchfulness", "regions", "perimeter"):
        assert targets(policies[name]) == TOPS, name
    assert targets(policies["evidence"]) == {"Security", "Infrastructure", "Production"}


def test_members_stay_and_root_sleeps(policies: dict[str, Template]) -> None:
    assert set(statement(policies, "foundations", "StayAMember")["Action"]) == {
        "account:CloseAccount",
        "organizations:LeaveOrganization",
    }
    root = statement(policies, "foundations", "NoRoot")
    assert root["Action"] == ["*"]
    assert root["Condition"] == {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}


def test_the_way_in_is_changed_by_administrators_only(policies: dict[str, Template]) -> None:
    kept = statement(policies, "foundations", "TheWayInStays")
    assert kept["Resource"] == [
        "arn:aws:iam::*:role/fleetcharge-administrator",
        "arn:aws:iam::*:role/fleetcharge-developer",
        "arn:aws:iam::*:role/fleetcharge-automation",
        "arn:aws:iam::*:role/OrganizationAccountAccessRole",
        "arn:aws:iam::*:policy/fleetcharge-boundary",
    ]
    assert kept["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::*:role/fleetcharge-administrator",
        "arn:aws:iam::*:role/OrganizationAccountAccessRole",
    ]


@pytest.mark.parametrize(
    "action",
    [
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "config:StopConfigurationRecorder",
        "config:DeleteDeliveryChannel",
        "guardduty:DeleteDetector",
        "guardduty:DisassociateFromAdministratorAccount",
        "securityhub:DisableSecurityHub",
        "securityhub:DisassociateFromAdministratorAccount",
    ],
)
def test_nobody_switches_off_what_watches(policies: dict[str, Template], action: str) -> None:
    awake = statement(policies, "watchfulness", "TheWatchStaysAwake")
    assert action in awake["Action"]
    assert awake["Condition"] == {
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/stacksets-exec-*"}
    }


def test_only_our_regions_are_used(policies: dict[str, Template], fleet: Fleet) -> None:
    ours = statement(policies, "regions", "OnlyOurRegions")
    backup = fleet.organization.backup_region
    assert ours["Condition"] == {
        "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", backup, "us-east-1"]}
    }
    spared = set(ours["NotAction"])
    assert {"iam:*", "sts:*", "route53:*", "cloudfront:*", "organizations:*"} <= spared
    assert not {"ec2:*", "s3:*", "rds:*", "lambda:*", "dynamodb:*", "kms:*"} & spared


def test_only_the_edge_acts_in_virginia(policies: dict[str, Template]) -> None:
    edge = statement(policies, "regions", "OnlyTheEdgeInVirginia")
    assert edge["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    spared = set(edge["NotAction"])
    assert {"acm:*", "wafv2:*", "cloudformation:*", "iam:*"} <= spared
    assert not {"ec2:*", "rds:*", "lambda:*", "dynamodb:*", "secretsmanager:*"} & spared


def test_evidence_stays(policies: dict[str, Template]) -> None:
    stays = statement(policies, "evidence", "EvidenceStays")
    assert {"backup:DeleteRecoveryPoint", "s3:BypassGovernanceRetention"} <= set(stays["Action"])
    assert "Condition" not in stays
    place = statement(policies, "evidence", "OnlyDeploymentsChangeItsPlace")
    assert {"kms:ScheduleKeyDeletion", "backup:DeleteBackupVault"} <= set(place["Action"])
    assert place["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::*:role/cdk-*-cfn-exec-role-*",
        "arn:aws:iam::*:role/OrganizationAccountAccessRole",
    ]


def test_only_the_organisation_reaches_what_it_keeps(
    policies: dict[str, Template], fleet: Fleet
) -> None:
    assert policies["perimeter"]["Type"] == "RESOURCE_CONTROL_POLICY"
    ours = statement(policies, "perimeter", "OnlyOurPrincipals")
    assert ours["Principal"] == "*"
    assert set(ours["Action"]) == {
        "kms:*",
        "s3:*",
        "secretsmanager:*",
        "sqs:*",
        "sts:AssumeRole",
    }
    different = ours["Condition"]["StringNotEqualsIfExists"]
    assert different["aws:PrincipalOrgID"] == fleet.organization.id
    assert ours["Condition"]["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}


def test_services_that_deliver_logs_in_their_own_name_are_let_in(
    policies: dict[str, Template],
) -> None:
    ours = statement(policies, "perimeter", "OnlyOurPrincipals")
    spared = ours["Condition"]["StringNotEqualsIfExists"]["aws:PrincipalAccount"]
    assert spared == ["054676820928", "162777425019"]


def test_services_act_for_the_organisation_only(
    policies: dict[str, Template], fleet: Fleet
) -> None:
    deputy = statement(policies, "perimeter", "ServicesOnlyForUs")
    assert deputy["Condition"] == {
        "StringNotEqualsIfExists": {"aws:SourceOrgID": fleet.organization.id},
        "Null": {"aws:SourceAccount": "false"},
        "Bool": {"aws:PrincipalIsAWSService": "true"},
    }


def test_nothing_is_reached_in_clear(policies: dict[str, Template]) -> None:
    clear = statement(policies, "perimeter", "NeverInClear")
    assert clear["Condition"] == {"BoolIfExists": {"aws:SecureTransport": "false"}}
