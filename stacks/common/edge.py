"""What stands in us-east-1: CloudFront's firewall and certificate, the signature of the zone."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Environment as Place
from aws_cdk import aws_certificatemanager, aws_wafv2
from constructs import Construct

from contracts.routes import BILLING_API, CHARGING_API
from stacks.common.sign_in_name import sign_in_name
from stacks.common.zone import ZoneStack
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.zone_signing import ZoneSigning
from stacks.environments import EDGE_REGION, Environment

REQUESTS_PER_FIVE_MINUTES = 3000
"""From one address. A depot's stations share one: after a power cut 500 reconnect and boot."""
COUNTED = (
    # Stations often name no user agent, and a few speak from cloud addresses.
    "NoUserAgent_HEADER",
    # A thousand tokens are more than 8 KB: `_large_bodies` refuses them elsewhere.
    "SizeRestrictions_BODY",
)
"""Rules of AWS's that do not refuse by themselves."""
LARGE_BODY = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
"""The label that the rule puts on a request which it only counts."""
FIREWALL = "Firewall"
"""Its name among metrics."""


class EdgeStack(EnvironmentStack):
    """Away from the environment's region: CloudFront takes these from there alone."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        zone: ZoneStack | None,
    ) -> None:
        super().__init__(
            scope,
            name,
            environment=environment,
            env=Place(account=environment.account, region=EDGE_REGION),
        )
        self.certificate: aws_certificatemanager.ICertificate | None = None
        if zone:
            domain = zone.hosted_zone.zone_name
            self.certificate = aws_certificatemanager.Certificate(
                self,
                "Certificate",
                domain_name=domain,
                subject_alternative_names=[sign_in_name(domain)],
                validation=aws_certificatemanager.CertificateValidation.from_dns(zone.hosted_zone),
            )
            if environment.protected:
                # What can be torn down is not signed: its DS record would outlive the key, and
                # then nobody resolves the name.
                ZoneSigning(self, "ZoneSigning", zone=zone.hosted_zone)
        self.firewall = aws_wafv2.CfnWebACL(
            self,
            "Firewall",
            name=f"fleetcharge-{self.environment_name}",
            scope="CLOUDFRONT",
            default_action=aws_wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(FIREWALL),
            rules=[
                _rate_limit(0),
                _managed(1, "AWSManagedRulesCommonRuleSet", counted=COUNTED),
                _managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
                _managed(3, "AWSManagedRulesAmazonIpReputationList"),
                _large_bodies(4),
            ],
        )


def _rate_limit(priority: int) -> aws_wafv2.CfnWebACL.RuleProperty:
    return aws_wafv2.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=priority,
        action=aws_wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=aws_wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=aws_wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=REQUESTS_PER_FIVE_MINUTES, aggregate_key_type="IP"
            )
        ),
        visibility_config=_visible("RateLimit"),
    )


def _large_bodies(priority: int) -> aws_wafv2.CfnWebACL.RuleProperty:
    """Refused but by the REST APIs, where whoever sends one has signed in."""
    statement = aws_wafv2.CfnWebACL.StatementProperty
    below = [
        statement(
            byte_match_statement=aws_wafv2.CfnWebACL.ByteMatchStatementProperty(
                field_to_match=aws_wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
                positional_constraint="STARTS_WITH",
                search_string=f"{path}/",
                text_transformations=[
                    aws_wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")
                ],
            )
        )
        for path in (CHARGING_API, BILLING_API)
    ]
    large = aws_wafv2.CfnWebACL.LabelMatchStatementProperty(scope="LABEL", key=LARGE_BODY)
    elsewhere = statement(
        not_statement=aws_wafv2.CfnWebACL.NotStatementProperty(
            statement=statement(
                or_statement=aws_wafv2.CfnWebACL.OrStatementProperty(statements=below)
            )
        )
    )
    return aws_wafv2.CfnWebACL.RuleProperty(
        name="LargeBodies",
        priority=priority,
        action=aws_wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=statement(
            and_statement=aws_wafv2.CfnWebACL.AndStatementProperty(
                statements=[statement(label_match_statement=large), elsewhere]
            )
        ),
        visibility_config=_visible("LargeBodies"),
    )


def _managed(
    priority: int, group: str, counted: Sequence[str] = ()
) -> aws_wafv2.CfnWebACL.RuleProperty:
    """A rule group that AWS keeps up to date; `counted` rules of it are only counted."""
    only_count: dict[str, Any] = {"count": {}}
    return aws_wafv2.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        override_action=aws_wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=aws_wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=aws_wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    aws_wafv2.CfnWebACL.RuleActionOverrideProperty(
                        name=rule,
                        action_to_use=aws_wafv2.CfnWebACL.RuleActionProperty(**only_count),
                    )
                    for rule in counted
                ]
                or None,
            )
        ),
        visibility_config=_visible(group),
    )


def _visible(name: str) -> aws_wafv2.CfnWebACL.VisibilityConfigProperty:
    return aws_wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
