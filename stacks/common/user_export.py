"""What AWS Backup cannot back up: the people of the user pool."""

from aws_cdk import Duration, aws_events, aws_iam, aws_s3
from constructs import Construct

from contracts.settings import UserExportSettings
from stacks.common.foundation import Foundation
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.function_schedule import FunctionSchedule
from stacks.constructs.private_bucket import PrivateBucket
from stacks.constructs.python_function import PythonFunction

EXPORTED = "users.jsonl"
"""The one object; its versions are its history."""
BEFORE_THE_BACKUP = aws_events.Schedule.cron(hour="4", minute="0")


class UserExport(Construct):
    """A nightly export of users and groups to a bucket that is backed up.

    Rules: the function reads the one pool and writes the one object; encrypted with the
    environment's key. Cognito gives out no password and no second factor, so people who are
    restored set both anew.
    """

    def __init__(self, scope: Construct, name: str, *, foundation: Foundation) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)
        key, alarms = foundation.secrets.key, foundation.observability.alarms
        self.bucket = PrivateBucket(
            self,
            "Exports",
            bucket_name=f"fleetcharge-{stack.environment_name}-users-{stack.account}",
            logs=foundation.data.access_logs,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
        )
        pool = foundation.auth.user_pool
        export = PythonFunction(
            self,
            "Export",
            handler="lambdas.operations.user_export.handler",
            purpose="Writes users and groups of the user pool to the bucket of exports",
            program=UserExportSettings,
            settings={
                "user_pool_id": pool.user_pool_id,
                "bucket_name": self.bucket.bucket_name,
                "object_key": EXPORTED,
            },
            key=key,
            alarms=alarms,
            timeout=Duration.minutes(15),
            memory=512,
        )
        for actions, resource in (
            (
                ["cognito-idp:ListGroups", "cognito-idp:ListUsers", "cognito-idp:ListUsersInGroup"],
                pool.user_pool_arn,
            ),
            (["s3:PutObject"], self.bucket.arn_for_objects(EXPORTED)),
        ):
            export.role.add_to_policy(
                aws_iam.PolicyStatement(actions=actions, resources=[resource])
            )
        key.grant(export.role, "kms:GenerateDataKey")
        FunctionSchedule(
            self,
            "Nightly",
            function=export,
            schedule=BEFORE_THE_BACKUP,
            purpose="Exports users before the night's backups",
            period=Duration.hours(1),
            silent_periods=26,
            missed="Users were not exported last night.",
            runbook="backup-failed",
            key=key,
            alarms=alarms,
        )
