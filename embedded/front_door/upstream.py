"""Connections to what is behind the front door."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import WeakSet

from embedded.front_door.deployment import Deployment, Target
from embedded.front_door.health import HealthChecks
from embedded.front_door.routing import Answer, Request, ToControlPlane, ToTargets, route

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoWayError(Exception):
    """The request gets no further; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


@dataclass(frozen=True)
class Upstream:
    """An open connection, and the headers that a request on it must carry."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    headers: tuple[tuple[str, str], ...]


class Site:
    """The current deployment and the health of its targets."""

    def __init__(
        self, health: HealthChecks, control_plane_port: int, look_again: Callable[[], None]
    ) -> None:
        """`look_again` asks for a fresh reading, after a target did not accept."""
        self.deployment = Deployment()
        self._health = health
        self._control_plane_port = control_plane_port
        self._look_again = look_again
        self._connected: defaultdict[Target, WeakSet[asyncio.StreamWriter]] = defaultdict(WeakSet)

    def take(self, deployment: Deployment) -> None:
        """A fresh reading: whoever is connected to a target that is gone is hung up."""
        before, self.deployment = set(_reached(self.deployment)), deployment
        for target in before.difference(_reached(deployment)):
            for writer in self._connected.pop(target, ()):
                writer.transport.abort()

    async def check_health(self) -> None:
        """Make the health checks that are due."""
        await self._health.run_due(self.deployment.target_groups)

    async def connect(self, request: Request, client: str) -> Upstream:
        """The way of a request, opened; raises `NoWayError`."""
        way = route(self.deployment, request)
        forwarded = request.headers.get("x-forwarded-for")
        addresses = f"{forwarded}, {client}" if forwarded else client
        match way:
            case Answer():
                raise NoWayError(way)
            case ToControlPlane(host):
                headers = _forwarding(addresses, "https", 443)
                streams = await self._open(Target("127.0.0.1", self._control_plane_port))
                if streams is None:
                    raise NoWayError(Answer(502, "The control plane does not answer.\n"))
                return Upstream(*streams, (("host", host), *headers))
            case ToTargets():
                headers = _forwarding(addresses, way.listener.protocol.lower(), way.listener.port)
                streams = await self._balance(way)
                return Upstream(*streams, (("host", way.host), *way.headers, *headers))

    async def _balance(self, way: ToTargets) -> Streams:
        group = self.deployment.target_groups.get(way.target_group)
        targets = self._health.healthy(group) if group else []
        if not targets:
            registered = len(group.targets) if group else 0
            name = way.target_group.split("/")[1]
            raise NoWayError(
                Answer(503, f"No healthy target in {name}: {registered} registered.\n")
            )
        for target in random.sample(targets, len(targets)):
            if streams := await self._open(target):
                self._connected[target].add(streams[1])
                return streams
        self._look_again()
        raise NoWayError(Answer(502, "No target accepts the connection.\n"))

    async def _open(self, target: Target) -> Streams | None:
        try:
            return await asyncio.open_connection(target.address, target.port)
        except OSError:
            return None


def _reached(deployment: Deployment) -> Iterator[Target]:
    for group in deployment.target_groups.values():
        yield from (*group.targets, *group.draining)


def _forwarding(addresses: str, protocol: str, port: int) -> tuple[tuple[str, str], ...]:
    """The headers that a load balancer adds ("HTTP headers and Application Load Balancers")."""
    return (
        ("x-forwarded-for", addresses),
        ("x-forwarded-proto", protocol),
        ("x-forwarded-port", str(port)),
    )
