"""Events that charging publishes and others consume.

Each is a CloudEvents 1.0 JSON event (structured mode): ``specversion``, ``id``, ``source``,
``type``, ``time``, ``data``. The ``type`` carries the version; a change that an old consumer could
misread gets a new ``type``. Consumers are idempotent by ``id``. The JSON Schema in
``contracts/schemas/`` is generated from these classes and committed.

Energy is integer watt-hours. Times are UTC; ``time_zone`` keeps the zone of the station's site, in
which people read them.

``traceparent`` is there when the event's trace is told of (CloudEvents, extension Distributed
Tracing): consumers go on with that trace. Nothing else depends on it.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

UtcTime = Annotated[datetime, msgspec.Meta(tz=True)]
WattHours = int
"""May be negative in a meter's reading that went backwards; never rounded."""

SignedVerdict = Literal["verified", "wrong-signature", "no-key", "unreadable", "inconsistent"]

SOURCE = "fleetcharge/charging"


class SessionStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction began: the station or the central system authorised it and energy may flow."""

    session_id: str
    """UUID; the same through the session's life."""
    station_id: str
    site_id: str
    connector_id: int
    transaction_id: int
    """OCPP 1.6 transaction id."""
    token_uid: str
    """Upper case; comparisons of id tags ignore case (OCPP 1.6, section 4.1.1: CiString)."""
    time_zone: str
    """IANA name."""
    started_at: UtcTime
    meter_start_wh: WattHours


class SessionEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction is over and its energy is final."""

    session_id: str
    station_id: str
    site_id: str
    connector_id: int
    transaction_id: int
    token_uid: str
    time_zone: str
    started_at: UtcTime
    ended_at: UtcTime
    meter_start_wh: WattHours
    meter_stop_wh: WattHours
    energy_wh: WattHours
    """Energy to bill: ``meter_stop_wh - meter_start_wh``, never negative."""
    stop_reason: str
    """OCPP 1.6 ``Reason``; ``Local`` when the station names none (section 6.49)."""
    signed_verdict: SignedVerdict | None = None
    """Whether the meter signed this energy; None when it signed nothing."""


class SessionStartedEvent(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="charging.session.started.v1"
):
    """`SessionStarted` in its CloudEvents envelope."""

    id: str
    time: UtcTime
    data: SessionStarted
    source: str = SOURCE
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | UnsetType = UNSET


class SessionEndedEvent(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="charging.session.ended.v1"
):
    """`SessionEnded` in its CloudEvents envelope."""

    id: str
    time: UtcTime
    data: SessionEnded
    source: str = SOURCE
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | UnsetType = UNSET


SessionEvent = SessionStartedEvent | SessionEndedEvent

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[SessionEvent] = msgspec.json.Decoder(SessionEvent)


def encode(event: SessionEvent) -> bytes:
    """The event as JSON, as it goes into the outbox and onto the queue."""
    return _encoder.encode(event)


def decode(body: bytes | str) -> SessionEvent:
    """Read an event from a queue; raises `msgspec.ValidationError` naming what is wrong where."""
    return _decoder.decode(body)


class About(msgspec.Struct, frozen=True):
    """What a trace tells of an event: nothing of the driver's token."""

    session_id: str
    station_id: str
    transaction_id: int


class TracedEvent(msgspec.Struct, frozen=True):
    """As much of an event as its trace is to tell."""

    id: str
    type: str
    traceparent: str
    data: About


_TRACED = '"traceparent"'
_traced_decoder = msgspec.json.Decoder(TracedEvent)


def traced(body: str) -> TracedEvent | None:
    """None: the event carries no trace, or is none."""
    if _TRACED not in body:  # Most are not: to look costs less than to read.
        return None
    try:
        return _traced_decoder.decode(body)
    except msgspec.DecodeError:
        return None


def json_schema() -> dict[str, object]:
    """The schema of every event, as committed in ``contracts/schemas/session_events.json``."""
    return msgspec.json.schema(SessionEvent)
