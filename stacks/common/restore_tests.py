"""Proof that backups restore, every week."""

import json
from collections.abc import Mapping, Sequence

from aws_cdk import aws_backup, aws_iam
from constructs import Construct

from stacks.common.foundation import Foundation
from stacks.constructs.environment_stack import environment_stack

SUNDAYS = "cron(0 9 ? * SUN *)"
"""UTC; when the night's backups are there."""
LOOKED_AT_HOURS = 4
"""How long what was restored stays, for somebody to look at it."""


class RestoreTests(Construct):
    """AWS Backup restores the latest backup of each store, beside the store, and deletes it again.

    A test that fails is a failed restore job, which raises the alarm of its kind of store. It
    proves that the backup opens and restores; that the content is right is for the runbook's drill.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        vault: aws_backup.IBackupVault,
        stores: Mapping[str, Sequence[str]],
        role: aws_iam.IRole,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name)
        plan = aws_backup.CfnRestoreTestingPlan(
            self,
            "Plan",
            restore_testing_plan_name=environment_stack(self).environment_name,
            schedule_expression=SUNDAYS,
            start_window_hours=1,
            recovery_point_selection=(
                aws_backup.CfnRestoreTestingPlan.RestoreTestingRecoveryPointSelectionProperty(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[vault.backup_vault_arn],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=7,
                )
            ),
        )
        # Without it Aurora looks for the account's default network, and there is none.
        beside_the_database = {
            "dbSubnetGroupName": foundation.data.database.subnet_group_name,
            "vpcSecurityGroupIds": json.dumps([foundation.network.database.security_group_id]),
        }
        for kind, arns in stores.items():
            aws_backup.CfnRestoreTestingSelection(
                self,
                kind,
                restore_testing_plan_name=plan.restore_testing_plan_name,
                restore_testing_selection_name=kind,
                protected_resource_type=kind,
                protected_resource_arns=list(arns),
                iam_role_arn=role.role_arn,
                restore_metadata_overrides=beside_the_database if kind == "Aurora" else None,
                validation_window_hours=LOOKED_AT_HOURS,
            ).add_resource_dependency(plan)
