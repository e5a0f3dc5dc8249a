"""What CloudFront's firewall refused, and by which rule."""

from aws_cdk import ArnFormat, aws_kms, aws_wafv2
from constructs import Construct

from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import environment_stack

PREFIX = "aws-waf-logs-"
"""The firewall writes to no log of another name."""
SECRET_HEADERS = ("authorization", "cookie")


class FirewallLog(Construct):
    """A log of each request that was refused; CloudFront's own has all others.

    Rules: encrypted, kept for a stated time, and no header in it that lets somebody in.
    """

    def __init__(
        self, scope: Construct, name: str, *, firewall: aws_wafv2.CfnWebACL, key: aws_kms.IKey
    ) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)
        log = EncryptedLogGroup(
            self, "Log", key=key, log_group_name=f"{PREFIX}fleetcharge-{stack.environment_name}"
        )
        refused = {"ActionCondition": {"Action": "BLOCK"}}
        aws_wafv2.CfnLoggingConfiguration(
            self,
            "Refused",
            resource_arn=firewall.attr_arn,
            # Without the ":*" that the group's own attribute ends with.
            log_destination_configs=[
                stack.format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=log.log_group_name,
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {"Behavior": "KEEP", "Requirement": "MEETS_ALL", "Conditions": [refused]}
                ],
            },
            redacted_fields=[
                aws_wafv2.CfnLoggingConfiguration.FieldToMatchProperty(
                    single_header={"Name": header}
                )
                for header in SECRET_HEADERS
            ],
        )
