"""Which way a request goes, by Elastic Load Balancing's and CloudFront's own rules."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from embedded.front_door.deployment import (
    Action,
    Condition,
    Deployment,
    FixedResponse,
    Forward,
    Listener,
    LoadBalancer,
    Origin,
    Redirect,
)

_MINISTACK_HOSTS = re.compile(
    r"\.(execute-api|lambda-url|appsync-api|appsync-realtime-api|s3)\.", re.IGNORECASE
)


@dataclass(frozen=True)
class Verified:
    """A client that showed its certificate to the listener of a host."""

    host: str
    headers: tuple[tuple[str, str], ...]
    """What the load balancer tells its targets of it, whatever the client says itself."""


@dataclass(frozen=True)
class Request:
    """What routing looks at."""

    method: str
    path: str
    query: str
    host: str
    """Lower case, without a port."""
    headers: Mapping[str, str]
    """Names in lower case."""
    verified: Verified | None = None


@dataclass(frozen=True)
class ToTargets:
    """To a healthy target of the group."""

    target_group: str
    listener: Listener
    host: str
    headers: tuple[tuple[str, str], ...] = ()
    """What the distribution adds, or the listener that verified the client."""


@dataclass(frozen=True)
class ToControlPlane:
    """To MiniStack, which serves this host."""

    host: str


@dataclass(frozen=True)
class Answer:
    """No way further: the front door itself answers."""

    status: int
    body: str = ""
    content_type: str = "text/plain"
    location: str | None = None


Way = ToTargets | ToControlPlane | Answer


def route(deployment: Deployment, request: Request) -> Way:
    """The way of one request."""
    if request.verified is not None:
        found = verifying(deployment, request.verified.host)
        if found is None:
            return Answer(502, f"{request.verified.host} verifies nobody any more.\n")
        return _by_rules(*found, request, request.verified.headers)
    name = deployment.names.get(request.host, request.host)
    for distribution in deployment.distributions:
        if name in (distribution.domain_name, *distribution.aliases):
            return _through(deployment, distribution.behaviors, distribution.domain_name, request)
    for balancer in deployment.load_balancers:
        if name == balancer.dns_name:
            return _balance(balancer, request, port=None)
    if _MINISTACK_HOSTS.search(request.host):
        return ToControlPlane(request.host)
    if deployment.distributions:
        first = deployment.distributions[0]
        return _through(deployment, first.behaviors, first.domain_name, request)
    for balancer in deployment.load_balancers:
        if balancer.internet_facing:
            return _balance(balancer, request, port=None)
    return Answer(
        404,
        f"Nothing answers to {request.host or 'no host'} yet: no distribution and no"
        " internet-facing load balancer is deployed.\n",
    )


def verifying(deployment: Deployment, host: str) -> tuple[LoadBalancer, Listener] | None:
    """The load balancer of a host, and its listener that verifies clients."""
    name = deployment.names.get(host, host)
    for balancer in deployment.load_balancers:
        for listener in balancer.listeners:
            if balancer.dns_name == name and listener.clients is not None:
                return balancer, listener
    return None


def _through(
    deployment: Deployment,
    behaviors: tuple[tuple[str, Origin], ...],
    domain_name: str,
    request: Request,
) -> Way:
    origin = next(origin for pattern, origin in behaviors if matches(pattern, request.path))
    target = origin.domain_name.lower()
    target = deployment.names.get(target, target)
    for balancer in deployment.load_balancers:
        if target == balancer.dns_name:
            return _balance(balancer, request, origin.port, origin)
    return ToControlPlane(domain_name)


def _balance(
    balancer: LoadBalancer, request: Request, port: int | None, origin: Origin | None = None
) -> Way:
    if origin is not None:
        added = {name.lower(): value for name, value in origin.headers}
        request = Request(
            request.method,
            request.path,
            request.query,
            origin.domain_name.lower(),
            {**request.headers, **added},
        )
    listener = _listener(balancer, port)
    if listener is None:
        return Answer(502, f"{balancer.dns_name} has no listener on port {port or 'any'}.\n")
    return _by_rules(balancer, listener, request, origin.headers if origin else ())


def _by_rules(
    balancer: LoadBalancer,
    listener: Listener,
    request: Request,
    headers: tuple[tuple[str, str], ...],
) -> Way:
    for rule in listener.rules:
        if all(_holds(condition, request) for condition in rule.conditions):
            return _act(rule.action, listener, request, headers)
    return Answer(502, f"{balancer.dns_name}: no rule of port {listener.port} takes this.\n")


def _listener(balancer: LoadBalancer, port: int | None) -> Listener | None:
    """The one on that port; without a port, the one that clients of the Internet use.

    One that verifies them is reached by TLS only.
    """
    if port is not None:
        return next((found for found in balancer.listeners if found.port == port), None)
    open_to_all = [found for found in balancer.listeners if found.clients is None]
    by_preference = sorted(open_to_all, key=lambda found: (found.protocol != "HTTPS", found.port))
    return next(iter(by_preference), None)


def _act(
    action: Action, listener: Listener, request: Request, headers: tuple[tuple[str, str], ...]
) -> Way:
    match action:
        case Forward(weights):
            groups = [arn for arn, _ in weights]
            shares = [weight for _, weight in weights]
            if not any(shares):
                return Answer(503, "The rule's target groups all have weight 0.\n")
            group = random.choices(groups, shares)[0]  # noqa: S311 — a share of traffic
            return ToTargets(group, listener, request.host, headers)
        case FixedResponse(status, content_type, body):
            return Answer(status, body, content_type)
        case Redirect():
            return Answer(action.status, location=_location(action, listener, request))


def _location(redirect: Redirect, listener: Listener, request: Request) -> str:
    parts = {
        "protocol": listener.protocol.lower(),
        "host": request.host,
        "port": str(listener.port),
        "path": request.path.lstrip("/"),
        "query": request.query,
    }

    def fill(template: str) -> str:
        return re.sub(r"#\{(\w+)\}", lambda found: parts.get(found[1], ""), template)

    protocol, port, query = (
        fill(redirect.protocol).lower(),
        fill(redirect.port),
        fill(redirect.query),
    )
    usual = {"http": "80", "https": "443"}.get(protocol)
    authority = fill(redirect.host) + ("" if port == usual else f":{port}")
    return f"{protocol}://{authority}{fill(redirect.path)}" + (f"?{query}" if query else "")


def _holds(condition: Condition, request: Request) -> bool:
    match condition.field:
        case "path-pattern":
            return _any(condition.values, request.path)
        case "host-header":
            return _any(condition.values, request.host, ignore_case=True)
        case "http-header":
            value = request.headers.get(condition.header.lower())
            return value is not None and _any(condition.values, value, ignore_case=True)
        case "http-request-method":
            return request.method in condition.values
    return False


def _any(patterns: tuple[str, ...], text: str, *, ignore_case: bool = False) -> bool:
    return any(matches(pattern, text, ignore_case=ignore_case) for pattern in patterns)


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """``*`` stands for any characters, ``?`` for one; nothing else is special."""
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(character) or re.escape(character) for character in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
