"""``python -m stacks.organization.delegation``: what no CloudFormation type can do, as commands.

Prints AWS CLI commands for the account numbers of ``environments.toml``, in their order; runs
nothing. Each may be run again: AWS answers that it is so already.
"""

from stacks import environments
from stacks.environments import HOME_REGION, Fleet

TRUSTED = (
    "access-analyzer.amazonaws.com",
    "backup.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
)
"""Services that may act in every account of the organisation."""

DELEGATED = (
    ("access-analyzer.amazonaws.com", "security"),
    ("config.amazonaws.com", "security"),
    ("backup.amazonaws.com", "backup"),
)
"""Services that an account other than the management account looks after."""

BACKED_UP = ("Aurora", "DynamoDB", "EFS", "S3")
"""What AWS Backup takes part in; without its own management a table's backup leaves no account."""

POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def commands(fleet: Fleet) -> dict[str, list[str]]:
    """The commands by the account whose credentials they want, in order."""
    security = fleet.accounts.security
    regions = (HOME_REGION, fleet.organization.backup_region)
    root = "$(aws organizations list-roots --query 'Roots[0].Id' --output text)"
    return {
        f"management ({fleet.accounts.management})": [
            *(
                f"aws organizations enable-policy-type --root-id {root} --policy-type {kind}"
                for kind in POLICY_TYPES
            ),
            *(
                f"aws organizations enable-aws-service-access --service-principal {service}"
                for service in TRUSTED
            ),
            "aws cloudformation activate-organizations-access",
            "aws iam enable-organizations-root-credentials-management",
            *(
                "aws organizations register-delegated-administrator"
                f" --service-principal {service} --account-id {getattr(fleet.accounts, account)}"
                for service, account in DELEGATED
            ),
            *(
                "aws guardduty enable-organization-admin-account"
                f" --admin-account-id {security} --region {region}"
                for region in regions
            ),
            "aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true",
        ],
        f"security ({security})": [
            "aws guardduty update-organization-configuration --detector-id"
            f" $(aws guardduty list-detectors --region {region}"
            " --query 'DetectorIds[0]' --output text)"
            f" --auto-enable-organization-members ALL --region {region}"
            for region in regions
        ],
        **{
            f"{name} ({one.account})": [
                "aws backup update-region-settings"
                f" --resource-type-opt-in-preference {','.join(f'{k}=true' for k in BACKED_UP)}"
                f" --resource-type-management-preference DynamoDB=true --region {one.region}"
            ]
            for name, one in fleet.named().items()
        },
    }


def main() -> None:
    """Print the commands, under the account that each is for."""
    for account, lines in commands(environments.read()).items():
        print(f"# With an administrator's credentials of {account}:")  # noqa: T201 — its purpose
        print(*lines, sep="\n")  # noqa: T201 — its purpose


if __name__ == "__main__":
    main()
