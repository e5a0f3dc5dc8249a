"""Service control policies: what nobody in a member account may do, whatever their role allows.

They bind members only, never the management account and never service-linked roles.
"""

from stacks.constructs.fleetcharge_stack import BOUNDARY
from stacks.constructs.isolation import DEPLOYMENT, ENTRANCE, MEMBER_ADMINISTRATOR, STACK_SETS
from stacks.environments import EDGE_REGION

Document = dict[str, object]

DOCUMENT_LIMIT = 5120
"""Characters, without white space (quotas of AWS Organizations)."""

GLOBAL_SERVICES = (
    "access-analyzer:*",
    "account:*",
    "aws-portal:*",
    "billing:*",
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "cloudfront-keyvaluestore:*",
    "config:*",
    "cost-optimization-hub:*",
    "cur:*",
    "freetier:*",
    "globalaccelerator:*",
    "guardduty:*",
    "health:*",
    "iam:*",
    "invoicing:*",
    "organizations:*",
    "payments:*",
    "pricing:*",
    "resource-explorer-2:*",
    "route53:*",
    "route53domains:*",
    "s3:GetAccountPublicAccessBlock",
    "s3:ListAllMyBuckets",
    "s3:PutAccountPublicAccessBlock",
    "savingsplans:*",
    "securityhub:*",
    "shield:*",
    "sso:*",
    "sts:*",
    "support:*",
    "tag:*",
    "tax:*",
    "trustedadvisor:*",
)
"""Services with one endpoint for the world, or that guard every region from outside of it."""

EDGE_SERVICES = (
    "acm:*",
    "cloudformation:*",
    "cloudwatch:*",
    "ecr:*",
    "kms:*",
    "logs:*",
    "s3:*",
    "sns:*",
    "sqs:*",
    "ssm:*",
    "wafv2:*",
)
"""What CloudFront takes from us-east-1, and what a deployment of that there needs."""


LOG_BUCKETS = ("arn:aws:s3:::fleetcharge-trail-*", "arn:aws:s3:::fleetcharge-config-*")
"""Of the trail and of AWS Config, in the log account."""


def foundations() -> Document:
    """Accounts stay, root sleeps, people come by single sign-on, the way in cannot be changed."""
    from_outside = f"arn:aws:iam::*:role/{MEMBER_ADMINISTRATOR}"
    return _document(
        _deny("StayAMember", ["account:CloseAccount", "organizations:LeaveOrganization"]),
        _deny("NoRoot", ["*"], {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}),
        _deny(
            "NoLastingCredentials",
            [
                "iam:CreateAccessKey",
                "iam:CreateLoginProfile",
                "iam:CreateSAMLProvider",
                "iam:CreateUser",
            ],
        ),
        _deny(
            "TheWayInStays",
            [
                "iam:Attach*",
                "iam:Create*",
                "iam:Delete*",
                "iam:Detach*",
                "iam:Put*",
                "iam:SetDefaultPolicyVersion",
                "iam:Tag*",
                "iam:Untag*",
                "iam:Update*",
            ],
            {"ArnNotLike": {"aws:PrincipalArn": from_outside}},
            resources=[
                *(f"arn:aws:iam::*:role/{role}" for role in ENTRANCE),
                f"arn:aws:iam::*:policy/{BOUNDARY}",
            ],
        ),
    )


def watchfulness() -> Document:
    """Nobody switches off what watches: trails, Config, GuardDuty, Security Hub."""
    return _document(
        _deny(
            "TheWatchStaysAwake",
            [
                "cloudtrail:DeleteTrail",
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StopLogging",
                "cloudtrail:UpdateTrail",
                "config:DeleteConfigurationRecorder",
                "config:DeleteDeliveryChannel",
                "config:DeleteRetentionConfiguration",
                "config:PutConfigurationRecorder",
                "config:PutDeliveryChannel",
                "config:StopConfigurationRecorder",
                "guardduty:DeleteDetector",
                "guardduty:DeleteMembers",
                "guardduty:DisassociateFromAdministratorAccount",
                "guardduty:DisassociateFromMasterAccount",
                "guardduty:DisassociateMembers",
                "guardduty:StopMonitoringMembers",
                "guardduty:UpdateDetector",
                "securityhub:BatchDisableStandards",
                "securityhub:DeleteMembers",
                "securityhub:DisableSecurityHub",
                "securityhub:DisassociateFromAdministratorAccount",
                "securityhub:DisassociateFromMasterAccount",
                "securityhub:DisassociateMembers",
            ],
            # The management account's stack set sets the recorders up.
            {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{STACK_SETS}"}},
        )
    )


def regions(home: str, backup: str) -> Document:
    """Data stays in `home`, its copies in `backup`; only the edge's services act in us-east-1."""
    return _document(
        _deny_but(
            "OnlyOurRegions",
            list(GLOBAL_SERVICES),
            {"StringNotEquals": {"aws:RequestedRegion": [home, backup, EDGE_REGION]}},
        ),
        _deny_but(
            "OnlyTheEdgeInVirginia",
            sorted({*GLOBAL_SERVICES, *EDGE_SERVICES}),
            {"StringEquals": {"aws:RequestedRegion": EDGE_REGION}},
        ),
    )


def evidence() -> Document:
    """What proves or restores is not deleted: logs, backups, and the keys that open them."""
    # A first deployment that fails must be able to take what it made with it.
    deployments: Document = {
        "ArnNotLike": {
            "aws:PrincipalArn": [
                f"arn:aws:iam::*:role/{DEPLOYMENT}",
                f"arn:aws:iam::*:role/{MEMBER_ADMINISTRATOR}",
            ]
        }
    }
    return _document(
        _deny(
            "EvidenceStays",
            [
                "backup:DeleteRecoveryPoint",
                "backup:DisassociateRecoveryPoint",
                "backup:UpdateRecoveryPointLifecycle",
                "s3:BypassGovernanceRetention",
            ],
        ),
        _deny(
            "OnlyDeploymentsChangeItsPlace",
            [
                "access-analyzer:DeleteAnalyzer",
                "backup:DeleteBackupVault",
                "backup:DeleteBackupVaultAccessPolicy",
                "backup:DeleteBackupVaultLockConfiguration",
                "backup:PutBackupVaultAccessPolicy",
                "config:DeleteConfigurationAggregator",
                "kms:DisableKey",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "s3:PutBucketObjectLockConfiguration",
            ],
            deployments,
        ),
        _deny(
            "LogsStay",
            ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            resources=[f"{bucket}/*" for bucket in LOG_BUCKETS],
        ),
        _deny(
            "OnlyDeploymentsChangeTheirBuckets",
            [
                "s3:DeleteBucket",
                "s3:DeleteBucketPolicy",
                "s3:PutBucketAcl",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:PutReplicationConfiguration",
            ],
            deployments,
            resources=list(LOG_BUCKETS),
        ),
    )


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _deny(
    sid: str, actions: list[str], condition: Document | None = None, resources: object = "*"
) -> Document:
    statement = {"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resources}
    return statement | ({"Condition": condition} if condition else {})


def _deny_but(sid: str, spared: list[str], condition: Document) -> Document:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "NotAction": spared,
        "Resource": "*",
        "Condition": condition,
    }
