"""How logs come into the search domain."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import (
    CfnElement,
    Duration,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_logs,
    aws_opensearchservice,
    aws_s3,
)
from constructs import Construct

from contracts.settings import LogFeedSettings
from stacks.common.foundation import Foundation
from stacks.common.network import PRIVATE
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.private_bucket import PrivateBucket
from stacks.constructs.python_function import PythonFunction

PATHS = (
    "_bulk",
    "_index_template/logs",
    "_plugins/_ism/policies/logs",
    "_plugins/_security/api/rolesmapping/readall",
)
"""All that the function calls."""
TRIED_FOR = Duration.hours(6)
"""The longest that Lambda keeps a call."""


class LogFeed(Construct):
    """A function that CloudWatch Logs calls with the lines of every log group of the account.

    Rules: a log group that comes later is fed as well; those of the feed and of the domain are
    not, for they would never end, nor is the archive of what devices send. Nothing is lost: what
    fails is tried again and raises an alarm, and what the domain does not take, in the end or ever,
    is in the bucket for as long as CloudWatch keeps logs.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        domain: aws_opensearchservice.CfnDomain,
        domain_arn: str,
        kept_days: int,
        reader: str,
        left_out: Sequence[aws_logs.ILogGroup],
        foundation: Foundation,
    ) -> None:
        """`reader`: ARN of the role that may search."""
        super().__init__(scope, name)
        data = foundation.data
        bucket = PrivateBucket(
            self,
            "NotTaken",
            logs=data.access_logs,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=foundation.secrets.key,
            bucket_key_enabled=True,
        )
        kept = Duration.days(environment_stack(self).log_retention_days)
        bucket.add_lifecycle_rule(expiration=kept)
        self._feed = PythonFunction(
            self,
            "Function",
            handler="lambdas.operations.log_feed.handler",
            purpose="Brings lines of logs to the search domain",
            program=LogFeedSettings,
            settings={
                "search_endpoint": f"https://{domain.attr_domain_endpoint}",
                "kept_days": str(kept_days),
                "bucket_name": bucket.bucket_name,
                "reader_role": reader,
            },
            key=foundation.secrets.key,
            alarms=foundation.observability.alarms,
            timeout=Duration.minutes(2),
            memory=512,
            network=foundation.network.vpc,
            subnets=PRIVATE,
            security_group=foundation.network.function,
        )
        self.role = self._feed.role
        self._let_set_aside(bucket, foundation.secrets.key)
        self.role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"],
                resources=[f"{domain_arn}/{path}" for path in PATHS],
            )
        )
        self._subscribe([*left_out, self._feed.log, data.device_logs])
        foundation.observability.alarms.on(
            self,
            "NotTakenInTheEnd",
            self._feed.function.metric(
                "DestinationDeliveryFailures", statistic="Sum", period=Duration.minutes(5)
            ),
            threshold=1,
            periods=1,
            says="Lines of logs could be put neither into the search domain nor into the bucket.",
            runbook="search-domain",
        )

    def _let_set_aside(self, bucket: aws_s3.Bucket, key: aws_kms.IKey) -> None:
        aws_lambda.CfnEventInvokeConfig(
            self,
            "Trying",
            function_name=self._feed.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=TRIED_FOR.to_seconds(),
            destination_config={"onFailure": {"destination": bucket.bucket_arn}},
        )
        objects = bucket.arn_for_objects("*")
        for actions, resource in (
            (["s3:ListBucket"], bucket.bucket_arn),
            (["s3:PutObject"], objects),
        ):
            self.role.add_to_policy(aws_iam.PolicyStatement(actions=actions, resources=[resource]))
        key.grant(self.role, "kms:GenerateDataKey")
        acknowledge(
            self.role,
            "IAM5",
            f"Resource::<{self._logical(bucket)}.Arn>/*",
            because="Lambda names what it puts there itself: all objects of the one bucket.",
            owner=Owner.PLATFORM,
        )

    def _subscribe(self, left_out: Sequence[aws_logs.ILogGroup]) -> None:
        """A policy of the account, so that no stack with a log knows of it."""
        stack = environment_stack(self)
        allowed = aws_lambda.CfnPermission(
            self,
            "LogsCall",
            action="lambda:InvokeFunction",
            function_name=self._feed.function.function_arn,
            principal=f"logs.{stack.region}.amazonaws.com",
            source_account=stack.account,
        )
        names = [group.log_group_name for group in left_out]
        aws_logs.CfnAccountPolicy(
            self,
            "EveryLog",
            policy_name=f"fleetcharge-{stack.environment_name}-search",
            policy_type="SUBSCRIPTION_FILTER_POLICY",
            policy_document=stack.to_json_string(
                {
                    "DestinationArn": self._feed.function.function_arn,
                    "FilterPattern": "",
                    "Distribution": "Random",
                }
            ),
            selection_criteria=f"LogGroupName NOT IN {stack.to_json_string(names)}",
        ).add_resource_dependency(allowed)

    def _logical(self, bucket: aws_s3.Bucket) -> str:
        resource = cast("CfnElement", bucket.node.default_child)
        return environment_stack(self).get_logical_id(resource)
