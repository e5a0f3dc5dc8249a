"""What real stations do and no standard allows, each on demand: what is the same in all versions.

Each misbehaves over one charge and then behaves again. What a central system should make of it is
not said here.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed

from simulator.charge import Charge
from simulator.connection import CallError
from simulator.station import Station

Misbehaviour = Callable[[Station, Charge], Awaitable[None]]

MALFORMED: tuple[str | bytes, ...] = (
    "",
    "no json",
    "{}",
    "[]",
    '[2,"1"]',
    '[2,1,"Heartbeat",{}]',
    '[2,"1","Heartbeat",[1]]',
    '[2,"1","Heartbeat",{}',
    '["2","1","Heartbeat",{}]',
    '[9,"1",{}]',
    '[3,"answers nothing",{}]',
    '[2,"1","Reset",{}]',
    b"\x00\xff binary",
    "[" * 50_000,
    '[2,"1","DataTransfer",' + '{"vendorId":' * 10_000,
)
OVERSIZED = 3 * 2**20
"""Bytes."""


async def second_socket(station: Station, charge: Charge) -> None:
    """It opens a second socket and charges there; then the first one closes."""
    first = await station.line.reconnected()
    transaction = await station.start(charge)
    await first.close()
    await station.stop(transaction)


async def clock_in_1970(station: Station, charge: Charge) -> None:
    """It lost its battery: its clock began anew."""
    began = datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    duration = charge.ended_at - charge.started_at
    await station.charge(replace(charge, started_at=began, ended_at=began + duration))


async def id_tag_case(station: Station, charge: Charge) -> None:
    """It writes a card in capitals, in small letters, and mixed."""
    await station.authorize(charge.token.upper())
    transaction = await station.start(replace(charge, token=charge.token.lower()))
    mixed = replace(charge, token=charge.token.title())
    await station.stop(replace(transaction, charge=mixed))


async def never_answers(station: Station, charge: Charge) -> None:
    """It calls, and never answers a call; it stays so."""
    station.is_silent = True
    await station.charge(charge)


async def malformed_frames(station: Station, charge: Charge) -> None:
    """It sends what is no OCPP: broken, binary, deep; then it charges."""
    connection = await station.line.connected()
    for frame in MALFORMED:
        await connection.send(frame)
    await station.charge(charge)


async def oversized_frame(station: Station, charge: Charge) -> None:
    """It sends three megabytes in one call, in the middle of a charge."""
    transaction = await station.start(charge)
    connection = await station.line.connected()
    with suppress(ConnectionClosed, CallError):
        await connection.call("DataTransfer", {"vendorId": "x", "data": "x" * OVERSIZED})
    await station.stop(transaction)


def catalogue(*misbehaviours: Misbehaviour) -> Mapping[str, Misbehaviour]:
    """By name, those of all versions among them."""
    return {
        misbehave.__name__.replace("_", "-"): misbehave
        for misbehave in (
            second_socket,
            *misbehaviours,
            clock_in_1970,
            id_tag_case,
            never_answers,
            malformed_frames,
            oversized_frame,
        )
    }
