"""The organisation's trail, and who hears when the glass is broken."""

from aws_cdk import (
    Duration,
    aws_cloudtrail,
    aws_iam,
    aws_kms,
    aws_logs,
)
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarms import Alarms
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.member_roles import BREAK_GLASS, HUMAN_SESSION
from stacks.environments import Fleet
from stacks.organization.log import TRAIL, log_key, trail_bucket
from stacks.organization.on_call import on_call
from stacks.organization.organization_stack import OrganizationStack


class TrailStack(OrganizationStack):
    """Every account's calls in every region, to the log account; and the break-glass role.

    The role is in this stack because its use is what the trail has to tell at once. It is for the
    day when single sign-on does not work: see docs/organization.md.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        self._key = self._encryption_key()
        events = EncryptedLogGroup(self, "Events", key=self._key, removal_policy=self.data_removal)
        self._trail(events, log_account=fleet.accounts.log)
        self._break_glass()
        self._tell_of_its_use(events, on_call(self, key=self._key, fleet=fleet))

    def _encryption_key(self) -> aws_kms.Key:
        key = aws_kms.Key(
            self,
            "Key",
            alias="fleetcharge/trail",
            description="Events in the management account, and the alarms on them",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        groups = f"arn:aws:logs:{self.region}:{self.account}:log-group:*"
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
        return key

    def _trail(self, events: aws_logs.LogGroup, *, log_account: str) -> None:
        delivery = aws_iam.Role(
            self, "Delivery", assumed_by=aws_iam.ServicePrincipal("cloudtrail.amazonaws.com")
        )
        delivery.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[events.log_group_arn],
            )
        )
        trail = aws_cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=TRAIL,
            is_logging=True,
            is_organization_trail=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            s3_bucket_name=trail_bucket(log_account),
            kms_key_id=log_key(log_account),
            cloud_watch_logs_log_group_arn=events.log_group_arn,
            cloud_watch_logs_role_arn=delivery.role_arn,
        )
        trail.node.add_dependency(delivery)

    def _break_glass(self) -> None:
        role = aws_iam.Role(
            self,
            "BreakGlass",
            role_name=BREAK_GLASS,
            description="Everything, when single sign-on does not work; its use raises an alarm",
            assumed_by=aws_iam.AccountPrincipal(self.account).with_conditions(
                {
                    "Bool": {"aws:MultiFactorAuthPresent": "true"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "900"},
                }
            ),
            max_session_duration=HUMAN_SESSION,
        )
        policy = "AdministratorAccess"
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        finding = f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}"
        acknowledge(
            role,
            "IAM4",
            finding,
            because="It mends what nobody else can; an alarm tells.",
            owner=Owner.SECURITY,
        )

    def _tell_of_its_use(self, events: aws_logs.LogGroup, alarms: Alarms) -> None:
        for name, pattern, says, runbook in (
            (
                "BreakGlassUsed",
                '{ ($.eventName = "AssumeRole") && '
                f'($.requestParameters.roleArn = "*/{BREAK_GLASS}") }}',
                "Somebody took the break-glass role.",
                "break-glass-used",
            ),
            (
                "RootUsed",
                '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS)'
                ' && ($.eventType != "AwsServiceEvent") }',
                "Somebody acted as the root user of an account.",
                "root-used",
            ),
        ):
            uses = aws_logs.MetricFilter(
                self,
                name,
                log_group=events,
                filter_pattern=aws_logs.FilterPattern.literal(pattern),
                metric_namespace="Fleetcharge/Organization",
                metric_name=name,
                metric_value="1",
                default_value=0,
            ).metric(period=Duration.minutes(1), statistic="Sum")
            alarms.on(
                self,
                f"{name}Alarm",
                uses,
                threshold=1,
                periods=1,
                says=says,
                runbook=runbook,
            )
