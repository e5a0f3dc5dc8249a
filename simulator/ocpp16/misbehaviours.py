"""What real stations do and no standard allows, each on demand: the catalogue.

Each misbehaves over one charge and then behaves again. What a central system should make of it is
not said here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from websockets.exceptions import ConnectionClosed

from simulator.charge import Charge
from simulator.connection import CallError
from simulator.ocpp16 import messages
from simulator.ocpp16.station import Station
from simulator.station import SAMPLE_INTERVAL, Transaction

Misbehaviour = Callable[[Station, Charge], Awaitable[None]]

OFFLINE_ID = -1
"""The transaction id of stations that never heard the answer to their start."""
MADE_UP_ID = 2_147_000_000
MALFORMED: tuple[str | bytes, ...] = (
    "",
    "no json",
    "{}",
    "[]",
    '[2,"1"]',
    '[2,1,"Heartbeat",{}]',
    '[2,"1","Heartbeat",[]]',
    '[2,"1","Heartbeat",{}',
    '["2","1","Heartbeat",{}]',
    '[9,"1",{}]',
    '[3,"answers nothing",{}]',
    '[2,"1","Reset",{}]',
    b"\x00\xff binary",
    "[" * 50_000,
    '[2,"1","DataTransfer",' + '{"vendorId":' * 10_000,
)
OVERSIZED = 2**20
"""Bytes."""


async def second_socket(station: Station, charge: Charge) -> None:
    """It opens a second socket and charges there; then the first one closes."""
    first = await station.line.reconnected()
    transaction = await station.start(charge)
    await first.close()
    await station.stop(transaction)


async def retried_start(station: Station, charge: Charge) -> None:
    """It hears no answer to its start and repeats it with new message ids, once reconnected too."""
    await station.start(charge)
    await station.start(charge)
    await station.line.close()
    await station.stop(await station.start(charge))


async def stop_without_id(station: Station, charge: Charge) -> None:
    """It was cut off at its start, charged all the same, and stops the transaction -1."""
    transaction = await station.start(charge)
    await station.stop(replace(transaction, id=OFFLINE_ID))


async def stop_with_made_up_id(station: Station, charge: Charge) -> None:
    """It stops a transaction id that nobody gave it."""
    transaction = await station.start(charge)
    await station.stop(replace(transaction, id=MADE_UP_ID))


async def stop_before_start(station: Station, charge: Charge) -> None:
    """Its queue is sent in the wrong order: first the stop, then the start."""
    meter_wh = station.register_wh(charge.connector)
    await station.stop(Transaction(OFFLINE_ID, charge, meter_wh))
    await station.line.call("StartTransaction", messages.start(charge, meter_wh))


async def offline_for_days(station: Station, charge: Charge) -> None:
    """Back after three days, it charges; what it did offline comes later, the latest day first."""
    days = [
        replace(
            charge,
            started_at=charge.started_at - timedelta(days=ago),
            ended_at=charge.ended_at - timedelta(days=ago),
        )
        for ago in (3, 2, 1)
    ]
    offline = []
    for day in days:
        offline.append(Transaction(OFFLINE_ID, day, station.register_wh(day.connector)))
        station.already_charged(day)
    online = await station.start(charge)
    for transaction in reversed(offline):
        await station.line.call(
            "StartTransaction", messages.start(transaction.charge, transaction.meter_start_wh)
        )
        await station.stop(transaction)
    await station.stop(online)


async def clock_in_1970(station: Station, charge: Charge) -> None:
    """It lost its battery: its clock began anew."""
    began = datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    duration = charge.ended_at - charge.started_at
    await station.charge(replace(charge, started_at=began, ended_at=began + duration))


async def kwh_labelled_wh(station: Station, charge: Charge) -> None:
    """Its meter values are in kWh and say that they are in Wh."""
    await _charge_with(station, charge, unit="Wh", thousandths=True)


async def no_unit(station: Station, charge: Charge) -> None:
    """Its meter values name no unit."""
    await _charge_with(station, charge, unit=None)


async def id_tag_case(station: Station, charge: Charge) -> None:
    """It writes a card in capitals, in small letters, and mixed."""
    await station.authorize(charge.token.upper())
    transaction = await station.start(replace(charge, token=charge.token.lower()))
    mixed = replace(charge, token=charge.token.title())
    await station.stop(replace(transaction, charge=mixed))


async def pipelined_calls(station: Station, charge: Charge) -> None:
    """It sends call after call and waits for no answer."""
    connection = await station.line.connected()
    transaction = await station.start(charge)
    answers = []
    for moment, energy_wh in charge.readings(SAMPLE_INTERVAL):
        register = str(transaction.meter_start_wh + energy_wh)
        values = messages.meter_values(charge.connector, int(transaction.id), moment, register)
        answers.append(await connection.post("MeterValues", values))
    stop = messages.stop(int(transaction.id), charge, transaction.meter_stop_wh)
    answers.append(await connection.post("StopTransaction", stop))
    await asyncio.gather(*answers)


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
    """It sends a megabyte in one call, in the middle of a charge."""
    transaction = await station.start(charge)
    connection = await station.line.connected()
    with suppress(ConnectionClosed, CallError):
        await connection.call("DataTransfer", {"vendorId": "x", "data": "x" * OVERSIZED})
    await station.stop(transaction)


async def _charge_with(
    station: Station, charge: Charge, *, unit: str | None, thousandths: bool = False
) -> None:
    transaction = await station.start(charge)
    for moment, energy_wh in charge.readings(SAMPLE_INTERVAL):
        register = transaction.meter_start_wh + energy_wh
        value = f"{register // 1000}.{register % 1000:03}" if thousandths else str(register)
        values = messages.meter_values(charge.connector, int(transaction.id), moment, value, unit)
        await station.line.call("MeterValues", values)
    await station.stop(transaction)


CATALOGUE: dict[str, Misbehaviour] = {
    misbehave.__name__.replace("_", "-"): misbehave
    for misbehave in (
        second_socket,
        retried_start,
        stop_without_id,
        stop_with_made_up_id,
        stop_before_start,
        offline_for_days,
        clock_in_1970,
        kwh_labelled_wh,
        no_unit,
        id_tag_case,
        pipelined_calls,
        never_answers,
        malformed_frames,
        oversized_frame,
    )
}
"""By name."""
