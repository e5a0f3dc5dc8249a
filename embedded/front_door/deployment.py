"""What was deployed, as far as a request's way depends on it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A registered target: an address of this machine and a port."""

    address: str
    port: int


@dataclass(frozen=True)
class HealthCheck:
    """Elastic Load Balancing, TargetGroup: how a target shows that it is healthy."""

    protocol: str
    path: str
    port: int | None
    """None for the traffic port."""
    success_codes: str
    """For example ``200``, ``200,204`` or ``200-299``."""
    interval_seconds: int
    timeout_seconds: int
    healthy_threshold: int
    unhealthy_threshold: int


@dataclass(frozen=True)
class TargetGroup:
    """Targets and how they are checked."""

    arn: str
    health_check: HealthCheck
    targets: tuple[Target, ...]
    draining: tuple[Target, ...] = ()
    """Taken away, and still connected."""


@dataclass(frozen=True)
class Condition:
    """A rule's condition; it holds when any of its values matches."""

    field: str
    values: tuple[str, ...]
    header: str = ""
    """Name of the header, for the field ``http-header``."""


@dataclass(frozen=True)
class Forward:
    """To one of these target groups, by weight."""

    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class FixedResponse:
    """An answer that the load balancer gives itself."""

    status: int
    content_type: str = "text/plain"
    body: str = ""


@dataclass(frozen=True)
class Redirect:
    """An answer with a Location; ``#{host}`` and the like stand for the request's own parts."""

    status: int
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"


Action = Forward | FixedResponse | Redirect


@dataclass(frozen=True)
class Rule:
    """A listener's rule; the default rule has no conditions."""

    conditions: tuple[Condition, ...]
    action: Action


@dataclass(frozen=True)
class Clients:
    """Whom a listener in mode ``verify`` lets in."""

    authorities: str
    """PEM: the trust store's bundle."""
    revoked: tuple[str, ...]
    """PEM: its lists of revoked certificates."""


@dataclass(frozen=True)
class Listener:
    """A port of a load balancer with its rules by priority, the default rule last."""

    port: int
    protocol: str
    rules: tuple[Rule, ...]
    clients: Clients | None = None
    """None: everybody, without a certificate."""


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer and its listeners."""

    dns_name: str
    internet_facing: bool
    listeners: tuple[Listener, ...]


@dataclass(frozen=True)
class Origin:
    """Where a distribution fetches from."""

    domain_name: str
    port: int | None
    """Port by the origin's protocol policy; None when that leaves it open."""
    headers: tuple[tuple[str, str], ...] = ()
    """Custom headers, such as one that proves the way through the distribution."""


@dataclass(frozen=True)
class Distribution:
    """A CloudFront distribution; behaviours in order, the default one last, as ``*``."""

    domain_name: str
    aliases: tuple[str, ...]
    behaviors: tuple[tuple[str, Origin], ...]


@dataclass(frozen=True)
class Deployment:
    """All of it, at one moment."""

    distributions: tuple[Distribution, ...] = ()
    load_balancers: tuple[LoadBalancer, ...] = ()
    target_groups: dict[str, TargetGroup] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Names in Route 53 to what they are an alias of, lower case, without the last dot."""
