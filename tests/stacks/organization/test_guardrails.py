"""The organisation's policies, asked as AWS asks them: what they refuse, and what they spare."""

import json
import re
from collections.abc import Mapping

import pytest

from stacks.environments import Fleet
from stacks.organization.service_control import DOCUMENT_LIMIT
from tests.stacks.access import Context, refuses
from tests.stacks.assembly import Template

TOPS = {"Security", "Infrastructure", "Workloads", "Sandbox"}
HOME, BACKUP, EDGE = "eu-central-1", "eu-west-1", "us-east-1"

Policies = Mapping[str, Template]


def targets(policy: Template) -> set[str]:
    names = (target["Fn::GetStackOutput"]["OutputName"] for target in policy["TargetIds"])
    return {re.sub(r"PublishOutputFnGetAtt(.+)Id\w{8}", r"\1", name) for name in names}


def principal(name: str) -> str:
    return f"arn:aws:iam::100000000021:{name}"


def refused(
    policies: Policies, policy: str, action: str, resource: str = "*", **context: str
) -> bool:
    """Asked with what a request of the administrator's says, but for `context`."""
    asked: Context = {
        "aws:PrincipalArn": principal("role/fleetcharge-administrator"),
        **{key.replace("__", ":"): value for key, value in context.items()},
    }
    return refuses(policies[policy]["Content"], action, resource, asked)


def test_every_policy_fits_and_only_denies(policies: Policies) -> None:
    assert len(policies) == 5
    for name, policy in policies.items():
        content = policy["Content"]
        assert len(json.dumps(content, separators=(",", ":"))) <= DOCUMENT_LIMIT, name
        assert {s["Effect"] for s in content["Statement"]} == {"Deny"}, name


def test_no_unit_holds_more_than_five_service_control_policies(policies: Policies) -> None:
    held = [
        unit
        for policy in policies.values()
        if policy["Type"] == "SERVICE_CONTROL_POLICY"
        for unit in targets(policy)
    ]
    # AWS's own is the fifth.
    assert max(held.count(unit) for unit in held) == 4


def test_guardrails_stand_above_every_account(policies: Policies) -> None:
    for name in ("foundations", "watchfulness", "regions", "perimeter"):
        assert targets(policies[name]) == TOPS, name
    assert targets(policies["evidence"]) == {"Security", "Infrastructure", "Production"}
    assert policies["perimeter"]["Type"] == "RESOURCE_CONTROL_POLICY"


def test_members_stay(policies: Policies) -> None:
    for action in ("account:CloseAccount", "organizations:LeaveOrganization"):
        assert refused(policies, "foundations", action)
    assert not refused(policies, "foundations", "account:GetContactInformation")


def test_root_sleeps(policies: Policies) -> None:
    for action in ("s3:GetObject", "iam:CreateRole", "sts:GetCallerIdentity"):
        assert refused(policies, "foundations", action, aws__PrincipalArn=principal("root"))
        assert not refused(policies, "foundations", action)


@pytest.mark.parametrize(
    "action",
    ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateSAMLProvider"],
)
def test_nobody_gets_lasting_credentials(policies: Policies, action: str) -> None:
    assert refused(policies, "foundations", action)


WAYS_IN = (
    "role/fleetcharge-administrator",
    "role/fleetcharge-developer",
    "role/fleetcharge-automation",
    "role/OrganizationAccountAccessRole",
    "role/cdk-hnb659fds-cfn-exec-role-100000000021-eu-central-1",
    "role/stacksets-exec-0123456789abcdef",
    "policy/fleetcharge-boundary",
)


@pytest.mark.parametrize("name", WAYS_IN)
def test_the_way_in_is_changed_from_the_management_account_only(
    policies: Policies, name: str
) -> None:
    for action in ("UpdateAssumeRolePolicy", "CreateRole", "DeleteRolePolicy", "CreatePolicy"):
        for who in WAYS_IN[:3]:
            changed = principal(name), principal(who)
            assert refused(
                policies, "foundations", f"iam:{action}", changed[0], aws__PrincipalArn=changed[1]
            ), who
        outside = principal("role/OrganizationAccountAccessRole")
        assert not refused(
            policies, "foundations", f"iam:{action}", principal(name), aws__PrincipalArn=outside
        )
        assert not refused(policies, "foundations", f"iam:{action}", principal("role/a-program"))
    assert not refused(policies, "foundations", "iam:GetRole", principal(name))


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
def test_nobody_switches_off_what_watches(policies: Policies, action: str) -> None:
    assert refused(policies, "watchfulness", action)
    stack_set = principal("role/stacksets-exec-0123456789abcdef")
    assert not refused(policies, "watchfulness", action, aws__PrincipalArn=stack_set)


def test_data_stays_in_our_regions(policies: Policies) -> None:
    for action in ("s3:PutObject", "rds:CreateDBCluster", "ec2:RunInstances", "kms:Encrypt"):
        assert refused(policies, "regions", action, aws__RequestedRegion="us-west-2")
        for ours in (HOME, BACKUP):
            assert not refused(policies, "regions", action, aws__RequestedRegion=ours)


def test_only_the_edge_acts_in_virginia(policies: Policies) -> None:
    for action in ("acm:RequestCertificate", "wafv2:CreateWebACL", "cloudformation:CreateStack"):
        assert not refused(policies, "regions", action, aws__RequestedRegion=EDGE)
    for action in ("ec2:RunInstances", "rds:CreateDBCluster", "secretsmanager:CreateSecret"):
        assert refused(policies, "regions", action, aws__RequestedRegion=EDGE)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateRole",
        "sts:AssumeRole",
        "route53:ChangeResourceRecordSets",
        "cloudfront:CreateInvalidation",
        "organizations:DescribeOrganization",
    ],
)
def test_what_has_no_region_works_from_everywhere(policies: Policies, action: str) -> None:
    for region in (EDGE, "us-west-2"):
        assert not refused(policies, "regions", action, aws__RequestedRegion=region)


@pytest.mark.parametrize("who", ["fleetcharge-administrator", "cdk-hnb659fds-cfn-exec-role-x"])
@pytest.mark.parametrize("action", ["backup:DeleteRecoveryPoint", "s3:BypassGovernanceRetention"])
def test_evidence_is_deleted_by_nobody(policies: Policies, action: str, who: str) -> None:
    assert refused(policies, "evidence", action, aws__PrincipalArn=principal(f"role/{who}"))


@pytest.mark.parametrize(
    "action", ["kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "backup:DeleteBackupVault"]
)
def test_its_place_is_changed_by_deployments_only(policies: Policies, action: str) -> None:
    assert refused(policies, "evidence", action)
    deployment = principal("role/cdk-hnb659fds-cfn-exec-role-100000000021-eu-central-1")
    assert not refused(policies, "evidence", action, aws__PrincipalArn=deployment)


TRAIL, HISTORY = "arn:aws:s3:::fleetcharge-trail-1", "arn:aws:s3:::fleetcharge-config-archive-1"


@pytest.mark.parametrize("bucket", [TRAIL, HISTORY, "arn:aws:s3:::fleetcharge-config-1"])
def test_logs_are_deleted_by_nobody_and_their_buckets_changed_by_deployments_only(
    policies: Policies, bucket: str
) -> None:
    deployment = principal("role/cdk-hnb659fds-cfn-exec-role-100000000021-eu-central-1")
    for action in ("s3:DeleteObject", "s3:DeleteObjectVersion"):
        for who in (deployment, principal("role/fleetcharge-administrator")):
            assert refused(policies, "evidence", action, f"{bucket}/a", aws__PrincipalArn=who)
        assert not refused(policies, "evidence", action, "arn:aws:s3:::documents/a")
    for action in (
        "DeleteBucket",
        "DeleteBucketPolicy",
        "PutBucketObjectLockConfiguration",
        "PutBucketPolicy",
        "PutBucketVersioning",
        "PutEncryptionConfiguration",
        "PutLifecycleConfiguration",
        "PutReplicationConfiguration",
    ):
        assert refused(policies, "evidence", f"s3:{action}", bucket), action
        assert not refused(
            policies, "evidence", f"s3:{action}", bucket, aws__PrincipalArn=deployment
        )
    assert not refused(policies, "evidence", "s3:GetObject", f"{bucket}/a")


GUARDED = ("s3:GetObject", "sqs:SendMessage", "kms:Decrypt", "secretsmanager:GetSecretValue")


def reach(policies: Policies, fleet: Fleet, action: str, **context: str) -> bool:
    """Whether the perimeter lets a request through, which comes by TLS."""
    asked = {
        "aws:SecureTransport": "true",
        **{key.replace("__", ":"): value for key, value in context.items()},
    }
    ours = {key: value.replace("OURS", str(fleet.organization.id)) for key, value in asked.items()}
    return not refuses(policies["perimeter"]["Content"], action, "*", ours)


@pytest.mark.parametrize("action", [*GUARDED, "sts:AssumeRole"])
def test_only_the_organisation_reaches_what_it_keeps(
    policies: Policies, fleet: Fleet, action: str
) -> None:
    person = {"aws__PrincipalIsAWSService": "false"}
    assert reach(policies, fleet, action, aws__PrincipalOrgID="OURS", **person)
    assert not reach(policies, fleet, action, aws__PrincipalOrgID="o-other", **person)
    assert not reach(policies, fleet, action), "an anonymous request"


def test_services_that_deliver_logs_in_their_own_name_are_let_in(
    policies: Policies, fleet: Fleet
) -> None:
    for account in ("054676820928", "162777425019"):
        assert reach(policies, fleet, "s3:PutObject", aws__PrincipalAccount=account)


@pytest.mark.parametrize("action", GUARDED)
def test_services_act_for_the_organisation_only(
    policies: Policies, fleet: Fleet, action: str
) -> None:
    service = {"aws__PrincipalIsAWSService": "true"}
    ours = {"aws__SourceAccount": "100000000021", "aws__SourceOrgID": "OURS"}
    other = {"aws__SourceAccount": "999999999999", "aws__SourceOrgID": "o-other"}
    assert reach(policies, fleet, action, **service, **ours)
    assert not reach(policies, fleet, action, **service, **other)
    assert reach(policies, fleet, action, **service), "a service that acts for no account"


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "sqs:SendMessage", "secretsmanager:GetSecretValue"]
)
def test_nothing_is_reached_in_clear(policies: Policies, fleet: Fleet, action: str) -> None:
    member = {"aws__PrincipalOrgID": "OURS", "aws__PrincipalIsAWSService": "false"}
    assert reach(policies, fleet, action, **member)
    assert not reach(policies, fleet, action, aws__SecureTransport="false", **member)
