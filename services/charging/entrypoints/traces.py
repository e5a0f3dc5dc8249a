"""What traces tell of calls between stations and us: who, what, how it went; never their text."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from opentelemetry.trace import Span, SpanKind

from contracts.tracing.spans import Tracing
from services.charging.application.central_system import CentralSystem
from services.charging.application.metrics import UNKNOWN
from services.charging.domain.commands import Command


def heard(
    tracing: Tracing, system: CentralSystem, action: str, station_id: str, company: str
) -> AbstractContextManager[Span]:
    """A call of a station, until its answer is there."""
    return tracing.begin(
        action if action in system.actions else UNKNOWN,
        SpanKind.SERVER,
        station_id=station_id,
        company=company,
        version=system.version.name,
    )


def carried_out(tracing: Tracing) -> Callable[[Command], AbstractContextManager[Span]]:
    """A command, at the node with the socket: the trace goes on of who asked, on whatever node."""
    return lambda command: tracing.begin(
        command.action,
        SpanKind.CONSUMER,
        command.traceparent,
        station_id=command.station_id,
        version=command.version,
        command_id=str(command.id),
    )
