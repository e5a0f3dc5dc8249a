"""What the environment keeps, once more: apart from where it is kept, and in another account."""

from aws_cdk import (
    CfnOutput,
    Duration,
    aws_backup,
    aws_cloudwatch,
    aws_events,
    aws_iam,
)
from constructs import Construct

from stacks.common.documents_copy import RULE, copy_of
from stacks.common.foundation import Foundation
from stacks.common.restore_tests import RestoreTests
from stacks.common.user_export import UserExport
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.replication import watch_replication
from stacks.environments import HOME_REGION, Environment, Fleet
from stacks.organization.vault import vault_arn

NIGHTLY = aws_events.Schedule.cron(hour="5", minute="0")
"""UTC; after the export of users, and out of the windows that Aurora keeps for itself."""
MONTHLY = aws_events.Schedule.cron(day="1", hour="6", minute="0")
MISSED_AFTER_HOURS = 26
"""A night's backup may begin an hour late and take another."""

RUNBOOK = "backup-failed"


class BackupStack(EnvironmentStack):
    """Nightly and monthly backups of every store, their copies, and proof that they restore.

    Rules: encrypted with the environment's key; where the environment is protected nobody deletes
    one in its first week; what fails, and what does not happen at all, raises an alarm. What
    Cognito lets nobody back up is exported first (`UserExport`).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        fleet: Fleet,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        data, alarms = foundation.data, foundation.observability.alarms
        self._fleet = fleet
        self._vault = self._local_vault(foundation)
        export = UserExport(self, "Users", foundation=foundation)
        stores = {
            "Aurora": [data.database.arn],
            "DynamoDB": [data.table.table_arn],
            "S3": [data.documents.bucket_arn, export.bucket.bucket_arn],
        }
        if data.grafana_files:
            stores["EFS"] = [data.grafana_files.arn]
        role = self._role(
            "Backup",
            "Makes backups and copies of them",
            "service-role/AWSBackupServiceRolePolicyForBackup",
            "AWSBackupServiceRolePolicyForS3Backup",
        )
        kept = environment.backups
        self._plan("Nightly", NIGHTLY, kept.daily_days, kept.copy_days, stores, role)
        if kept.monthly_days:
            copied = kept.monthly_days if kept.copy_days else None
            self._plan("Monthly", MONTHLY, kept.monthly_days, copied, stores, role)
        restorer = self._role(
            "Restore",
            "Restores from backups, for tests and by the runbook",
            "service-role/AWSBackupServiceRolePolicyForRestores",
            "AWSBackupServiceRolePolicyForS3Restore",
        )
        if kept.tested:
            RestoreTests(
                self,
                "Tests",
                vault=self._vault,
                stores=stores,
                role=restorer,
                foundation=foundation,
            )
        for kind in stores:
            self._watch(kind, alarms)
        if environment.replicate_documents:
            watch_replication(
                self,
                alarms,
                rule=RULE,
                source=data.documents_name,
                target=copy_of(data.documents_name),
                says="A document was not copied to the other region.",
            )
        CfnOutput(self, "VaultName", value=self._vault.backup_vault_name)
        CfnOutput(self, "RestoreRoleArn", value=restorer.role_arn)
        CfnOutput(self, "UserExportBucketName", value=export.bucket.bucket_name)

    def _local_vault(self, foundation: Foundation) -> aws_backup.BackupVault:
        """The backup account may put a copy back: the way home when this vault is lost."""
        come_back = aws_iam.PolicyStatement(
            principals=[aws_iam.AccountPrincipal(self._fleet.accounts.backup)],
            actions=["backup:CopyIntoBackupVault"],
            resources=["*"],
        )
        return aws_backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=f"fleetcharge-{self.environment_name}",
            encryption_key=foundation.secrets.key,
            access_policy=aws_iam.PolicyDocument(statements=[come_back]),
            # Without a last day for changes it is a lock in governance mode: the administrator of
            # the account can take it off. The backup account's cannot be taken off.
            lock_configuration=(
                aws_backup.LockConfiguration(min_retention=Duration.days(7))
                if self.settings.protected
                else None
            ),
            removal_policy=self.data_removal,
        )

    def _role(self, name: str, purpose: str, *policies: str) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            name,
            assumed_by=aws_iam.ServicePrincipal("backup.amazonaws.com"),
            description=purpose,
        )
        for policy in policies:
            role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
            acknowledge(
                role,
                "IAM4",
                f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}",
                because="Only AWS Backup takes the role; AWS keeps the policy as the service is.",
                owner=Owner.PLATFORM,
            )
        return role

    def _plan(
        self,
        name: str,
        schedule: aws_events.Schedule,
        days: int,
        copy_days: int | None,
        stores: dict[str, list[str]],
        role: aws_iam.IRole,
    ) -> None:
        plan = aws_backup.BackupPlan(
            self,
            name,
            backup_plan_name=f"fleetcharge-{self.environment_name}-{name.lower()}",
            backup_plan_rules=[
                aws_backup.BackupPlanRule(
                    rule_name=name.lower(),
                    backup_vault=self._vault,
                    schedule_expression=schedule,
                    start_window=Duration.hours(1),
                    completion_window=Duration.hours(12),
                    delete_after=Duration.days(days),
                    copy_actions=self._copies(copy_days) if copy_days else None,
                )
            ],
        )
        plan.add_selection(
            "Stores",
            resources=[
                aws_backup.BackupResource.from_arn(arn) for arns in stores.values() for arn in arns
            ],
            role=role,
            disable_default_backup_policy=True,
        )

    def _copies(self, days: int) -> list[aws_backup.BackupPlanCopyActionProps]:
        """To the backup account, in this region and in the other one."""
        account = self._fleet.accounts.backup
        return [
            aws_backup.BackupPlanCopyActionProps(
                destination_backup_vault=aws_backup.BackupVault.from_backup_vault_arn(
                    self, f"CopiesOf{days}DaysIn{region}", vault_arn(account, region)
                ),
                delete_after=Duration.days(days),
            )
            for region in (HOME_REGION, self._fleet.organization.backup_region)
        ]

    def _watch(self, kind: str, alarms: Alarms) -> None:
        """Alarms for a kind of store: a job failed, each of three; nothing was done at all."""

        def jobs(name: str) -> aws_cloudwatch.Metric:
            return aws_cloudwatch.Metric(
                namespace="AWS/Backup",
                metric_name=f"NumberOf{name}",
                dimensions_map={"ResourceType": kind},
                statistic="Sum",
                period=Duration.hours(1),
            )

        for job in ("Backup", "Copy", "Restore"):
            alarms.on(
                self,
                f"{kind}{job}Failed",
                jobs(f"{job}JobsFailed"),
                threshold=1,
                periods=1,
                says=f"A {job.lower()} job of {kind} failed.",
                runbook=RUNBOOK,
            )
        alarms.on_silence(
            self,
            f"{kind}Missed",
            jobs("BackupJobsCompleted"),
            periods=MISSED_AFTER_HOURS,
            says=f"{kind} was not backed up last night.",
            runbook=RUNBOOK,
        )
