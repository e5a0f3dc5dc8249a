"""Reads from the control plane's APIs what was deployed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import boto3
from botocore.config import Config

from embedded.front_door.deployment import (
    Action,
    Clients,
    Condition,
    Deployment,
    Distribution,
    FixedResponse,
    Forward,
    HealthCheck,
    Listener,
    LoadBalancer,
    Origin,
    Redirect,
    Rule,
    Target,
    TargetGroup,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import DistributionSummaryTypeDef, OriginOutputTypeDef
    from mypy_boto3_elbv2.type_defs import (
        ActionOutputTypeDef,
        ListenerTypeDef,
        LoadBalancerTypeDef,
        RuleConditionOutputTypeDef,
        RuleTypeDef,
        TargetGroupTypeDef,
        TargetHealthDescriptionTypeDef,
    )


class Discovery:
    """One account and region, over boto3; blocks, so it is called in a thread."""

    def __init__(self, *, endpoint: str, account_id: str, region: str) -> None:
        session = boto3.Session(
            aws_access_key_id=account_id,
            aws_secret_access_key="embedded",  # noqa: S106 — the key id alone says whose it is
            region_name=region,
        )
        patience = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
        self._cloudfront = session.client("cloudfront", endpoint_url=endpoint, config=patience)
        self._elb = session.client("elbv2", endpoint_url=endpoint, config=patience)
        self._route53 = session.client("route53", endpoint_url=endpoint, config=patience)

    def read(self) -> Deployment:
        """Raises botocore's errors when the control plane does not answer."""
        balancers = self._elb.describe_load_balancers()["LoadBalancers"]
        summaries = self._cloudfront.list_distributions()["DistributionList"].get("Items", [])
        return Deployment(
            distributions=tuple(_distribution(item) for item in summaries if item["Enabled"]),
            load_balancers=tuple(
                self._load_balancer(item) for item in balancers if item["Type"] == "application"
            ),
            target_groups={
                item["TargetGroupArn"]: self._target_group(item)
                for item in self._elb.describe_target_groups()["TargetGroups"]
            },
            names=dict(self._names()),
        )

    def _load_balancer(self, item: "LoadBalancerTypeDef") -> LoadBalancer:
        listeners = self._elb.describe_listeners(LoadBalancerArn=item["LoadBalancerArn"])
        return LoadBalancer(
            dns_name=item["DNSName"].lower(),
            internet_facing=item["Scheme"] == "internet-facing",
            listeners=tuple(map(self._listener, listeners["Listeners"])),
        )

    def _listener(self, item: "ListenerTypeDef") -> Listener:
        rules = self._elb.describe_rules(ListenerArn=item["ListenerArn"])["Rules"]
        return Listener(
            port=item["Port"],
            protocol=item["Protocol"],
            rules=tuple(map(_rule, sorted(rules, key=_priority))),
            clients=self._clients(item.get("MutualAuthentication", {}).get("TrustStoreArn")),
        )

    def _clients(self, trust_store: str | None) -> Clients | None:
        if not trust_store:
            return None
        bundle = self._elb.get_trust_store_ca_certificates_bundle(TrustStoreArn=trust_store)
        lists = self._elb.describe_trust_store_revocations(TrustStoreArn=trust_store)
        return Clients(
            authorities=_text(bundle["Location"]),
            revoked=tuple(
                _text(
                    self._elb.get_trust_store_revocation_content(
                        TrustStoreArn=trust_store, RevocationId=revocation["RevocationId"]
                    )["Location"]
                )
                for revocation in lists["TrustStoreRevocations"]
            ),
        )

    def _target_group(self, item: "TargetGroupTypeDef") -> TargetGroup:
        arn, own = item["TargetGroupArn"], item.get("Port", 80)
        health = self._elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        port = item.get("HealthCheckPort", "traffic-port")
        return TargetGroup(
            arn=arn,
            health_check=HealthCheck(
                protocol=item.get("HealthCheckProtocol", "HTTP"),
                path=item.get("HealthCheckPath", "/"),
                port=int(port) if port.isdigit() else None,
                success_codes=item.get("Matcher", {}).get("HttpCode", "200"),
                interval_seconds=item.get("HealthCheckIntervalSeconds", 30),
                timeout_seconds=item.get("HealthCheckTimeoutSeconds", 5),
                healthy_threshold=item.get("HealthyThresholdCount", 5),
                unhealthy_threshold=item.get("UnhealthyThresholdCount", 2),
            ),
            targets=tuple(_target(one, own) for one in health if not _is_draining(one)),
            draining=tuple(_target(one, own) for one in health if _is_draining(one)),
        )

    def _names(self) -> Iterable[tuple[str, str]]:
        for zone in self._route53.list_hosted_zones()["HostedZones"]:
            records = self._route53.list_resource_record_sets(HostedZoneId=zone["Id"])
            for record in records["ResourceRecordSets"]:
                name = record["Name"].rstrip(".").lower()
                if alias := record.get("AliasTarget"):
                    target = alias["DNSName"].rstrip(".").lower()
                    # An alias of a load balancer may have this prefix (Route 53 developer guide).
                    yield name, target.removeprefix("dualstack.")
                elif record["Type"] == "CNAME":
                    yield name, record["ResourceRecords"][0]["Value"].rstrip(".").lower()


def _target(entry: "TargetHealthDescriptionTypeDef", own_port: int) -> Target:
    return Target(entry["Target"]["Id"], entry["Target"].get("Port", own_port))


def _is_draining(entry: "TargetHealthDescriptionTypeDef") -> bool:
    return entry["TargetHealth"]["State"] == "draining"


def _text(location: str) -> str:
    with urlopen(location, timeout=20) as answer:  # noqa: S310 — as the control plane says
        text: bytes = answer.read()
    return text.decode()


def _priority(rule: "RuleTypeDef") -> tuple[bool, int]:
    default = rule["Priority"] == "default"
    return default, 0 if default else int(rule["Priority"])


def _rule(item: "RuleTypeDef") -> Rule:
    return Rule(tuple(map(_condition, item["Conditions"])), _action(item["Actions"]))


def _condition(item: "RuleConditionOutputTypeDef") -> Condition:
    header = item.get("HttpHeaderConfig", {})
    values = (
        header.get("Values")
        or item.get("PathPatternConfig", {}).get("Values")
        or item.get("HostHeaderConfig", {}).get("Values")
        or item.get("HttpRequestMethodConfig", {}).get("Values")
        or item.get("Values")
        or []
    )
    return Condition(item["Field"], tuple(values), header.get("HttpHeaderName", ""))


def _action(actions: "list[ActionOutputTypeDef]") -> Action:
    """The last one ends the request; others before it authenticate."""
    action = max(actions, key=lambda item: item.get("Order", 0))
    if action["Type"] == "fixed-response":
        fixed = action["FixedResponseConfig"]
        return FixedResponse(
            int(fixed["StatusCode"]),
            fixed.get("ContentType", "text/plain"),
            fixed.get("MessageBody", ""),
        )
    if action["Type"] == "redirect":
        redirect = action["RedirectConfig"]
        return Redirect(
            status=int(redirect["StatusCode"].removeprefix("HTTP_")),
            protocol=redirect.get("Protocol") or "#{protocol}",
            host=redirect.get("Host") or "#{host}",
            port=redirect.get("Port") or "#{port}",
            path=redirect.get("Path") or "/#{path}",
            query=redirect.get("Query", "#{query}"),
        )
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or [
        {"TargetGroupArn": action["TargetGroupArn"]}
    ]
    return Forward(tuple((item["TargetGroupArn"], item.get("Weight", 1)) for item in groups))


def _distribution(item: "DistributionSummaryTypeDef") -> Distribution:
    origins = {origin["Id"]: _origin(origin) for origin in item["Origins"]["Items"]}
    behaviors = [
        (behavior["PathPattern"], origins[behavior["TargetOriginId"]])
        for behavior in item["CacheBehaviors"].get("Items", [])
    ]
    return Distribution(
        domain_name=item["DomainName"].lower(),
        aliases=tuple(alias.lower() for alias in item["Aliases"].get("Items", [])),
        # A pattern may be given without the leading slash.
        behaviors=(
            *((f"/{pattern.lstrip('/')}", origin) for pattern, origin in behaviors),
            ("*", origins[item["DefaultCacheBehavior"]["TargetOriginId"]]),
        ),
    )


def _origin(item: "OriginOutputTypeDef") -> Origin:
    custom = item.get("CustomOriginConfig")
    port = None
    if custom is not None:
        given: Mapping[str, Any] = custom  # the control plane leaves out what is as usual
        ports = {"http-only": given.get("HTTPPort", 80), "https-only": given.get("HTTPSPort", 443)}
        port = ports.get(custom["OriginProtocolPolicy"])
    headers = item["CustomHeaders"].get("Items", []) if "CustomHeaders" in item else []
    return Origin(
        domain_name=item["DomainName"],
        port=port,
        headers=tuple((header["HeaderName"], header["HeaderValue"]) for header in headers),
    )
