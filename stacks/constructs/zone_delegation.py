"""A name's way from the zone above it, in the networking account, to the zone that answers for it.

Both ends stand here: `DelegatingRole` beside the zone above, `ZoneDelegation` beside the zone
below. In between are a role and a parameter, known by their names.
"""

from aws_cdk import CustomResource, Duration, aws_iam, aws_kms, aws_route53
from constructs import Construct

from contracts.settings import ZoneDelegationSettings
from stacks.constructs.alarms import Alarms
from stacks.constructs.fleetcharge_stack import fleetcharge_stack
from stacks.constructs.python_function import MINUTE, PythonFunction

ZONE_ABOVE = "/fleetcharge/company-zone"
"""The parameter of the networking account that holds the id of the company's zone."""


def _role_name(environment: str) -> str:
    return f"fleetcharge-delegates-{environment}"


class DelegatingRole(Construct):
    """Taken by one environment's `ZoneDelegation` alone.

    Rules: it may write and take away name servers of the environment's own name, and nothing else
    of the zone; no record that Route 53 knows in another form of the name either.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: str,
        account: str,
        domain: str,
        zone: aws_route53.IHostedZone,
    ) -> None:
        """`account`: the environment's; `domain`: the name that it answers for."""
        super().__init__(scope, name)
        stack = fleetcharge_stack(self)
        # Its name ends with what CloudFormation chose; the stack's name is before that.
        function = f"arn:{stack.partition}:iam::{account}:role/{environment}-zone-*"
        role = aws_iam.Role(
            self,
            "Role",
            role_name=_role_name(environment),
            description=f"Delegates {domain} to the name servers of {environment}",
            assumed_by=aws_iam.AccountPrincipal(account).with_conditions(
                {"ArnLike": {"aws:PrincipalArn": function}}
            ),
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["route53:ChangeResourceRecordSets"],
                resources=[zone.hosted_zone_arn],
                conditions={
                    "ForAllValues:StringEquals": {
                        "route53:ChangeResourceRecordSetsActions": ["UPSERT", "DELETE"],
                        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [domain],
                        "route53:ChangeResourceRecordSetsRecordTypes": ["NS"],
                    }
                },
            )
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["ssm:GetParameter"],
                resources=[
                    stack.format_arn(
                        service="ssm", resource="parameter", resource_name=ZONE_ABOVE.lstrip("/")
                    )
                ],
            )
        )


class ZoneDelegation(Construct):
    """The zone above names the servers of `zone`, from the zone's first deployment on.

    Rules: it lasts as long as the zone; before an unprotected environment's zone goes, it is taken
    back, and what certificates left in the zone is removed, for only an empty one can be deleted.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        zone: aws_route53.PublicHostedZone,
        networking: str,
        key: aws_kms.IKey,
        alarms: Alarms,
    ) -> None:
        """`networking`: the account of the zone above."""
        super().__init__(scope, name)
        stack = fleetcharge_stack(self)
        role = f"arn:{stack.partition}:iam::{networking}:role/{_role_name(stack.environment_name)}"
        function = PythonFunction(
            self,
            "Function",
            handler="lambdas.operations.zone_delegation.handler",
            purpose="Has the company's zone name the servers of the environment's zone",
            program=ZoneDelegationSettings,
            settings={"delegating_role_arn": role, "zone_above_parameter": ZONE_ABOVE},
            key=key,
            alarms=alarms,
            timeout=MINUTE,
        )
        allowed = aws_iam.Policy(
            self,
            "MayDelegate",
            roles=[function.role],
            statements=[
                aws_iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role]),
                aws_iam.PolicyStatement(
                    actions=["route53:ListResourceRecordSets"], resources=[zone.hosted_zone_arn]
                ),
                aws_iam.PolicyStatement(
                    actions=["route53:ChangeResourceRecordSets"],
                    resources=[zone.hosted_zone_arn],
                    conditions={
                        "ForAllValues:StringEquals": {
                            "route53:ChangeResourceRecordSetsActions": ["DELETE"],
                            "route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"],
                        }
                    },
                ),
            ],
        )
        CustomResource(
            self,
            "NameServers",
            resource_type="Custom::ZoneDelegation",
            service_token=function.function.function_arn,
            service_timeout=Duration.minutes(5),
            properties={
                "ZoneId": zone.hosted_zone_id,
                "ZoneName": zone.zone_name,
                "NameServers": zone.hosted_zone_name_servers,
            },
            removal_policy=stack.data_removal,
        ).node.add_dependency(allowed)
