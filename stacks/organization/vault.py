"""The backup account: copies of every environment's backups, which nobody can delete."""

from aws_cdk import CfnOutput, Duration, aws_backup, aws_iam, aws_kms
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.backup_key import let_copy_backups
from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack

LOCK_AFTER = Duration.days(7)
"""Until then the lock can be taken off; later, by nobody at all."""


def vault_arn(backup_account: str, region: str) -> str:
    """The vault in a region, for those who copy to it."""
    return f"arn:aws:backup:{region}:{backup_account}:backup-vault:fleetcharge"


class VaultStack(OrganizationStack):
    """A vault that members of the organisation may copy to. It stands in both regions.

    Rules: a copy stays for 7 days at least and 400 at most, by a lock that cannot be taken off
    after a week; encrypted with a key of its own, so copies open when an environment's key is lost;
    an environment may copy one back.
    """

    def __init__(
        self, scope: Construct, name: str, *, fleet: Fleet, organization: str, region: str
    ) -> None:
        super().__init__(scope, name, account=fleet.accounts.backup, region=region)
        key = aws_kms.Key(
            self,
            "Key",
            alias="fleetcharge/backup",
            description="Copies of the environments' backups",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        let_copy_backups(key, *(one.account for one in fleet.named().values()))
        members = {"StringEquals": {"aws:PrincipalOrgID": organization}}
        vault = aws_backup.BackupVault(
            self,
            "Vault",
            backup_vault_name="fleetcharge",
            encryption_key=key,
            removal_policy=self.data_removal,
            lock_configuration=aws_backup.LockConfiguration(
                min_retention=Duration.days(7),
                max_retention=Duration.days(400),
                changeable_for=LOCK_AFTER,
            ),
            access_policy=aws_iam.PolicyDocument(
                statements=[
                    aws_iam.PolicyStatement(
                        principals=[aws_iam.StarPrincipal()],
                        actions=["backup:CopyIntoBackupVault"],
                        resources=["*"],
                        conditions=members,
                    )
                ]
            ),
        )
        CfnOutput(self, "VaultArn", value=vault.backup_vault_arn)
        CfnOutput(self, "CopyRoleArn", value=self._who_copies_back().role_arn)

    def _who_copies_back(self) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            "CopiesBack",
            assumed_by=aws_iam.ServicePrincipal("backup.amazonaws.com"),
            description="Copies a backup home to its environment",
        )
        policy = "service-role/AWSBackupServiceRolePolicyForBackup"
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        acknowledge(
            role,
            "IAM4",
            f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}",
            because="Only AWS Backup takes the role; AWS keeps the policy as the service is.",
            owner=Owner.PLATFORM,
        )
        return role
