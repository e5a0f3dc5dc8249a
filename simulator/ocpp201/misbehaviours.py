"""What real stations do and no standard allows, in OCPP 2.0.1."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from simulator.charge import Charge
from simulator.connection import Payload
from simulator.misbehaviours import catalogue
from simulator.ocpp16.station import Station as Station16
from simulator.ocpp201 import messages
from simulator.station import SAMPLE_INTERVAL, Station


async def retried_start(station: Station, charge: Charge) -> None:
    """It hears no answer to its start and repeats it with new message ids, once reconnected too."""
    start, *others = _events(station, charge)
    await _tell(station, [start, start])
    await station.line.close()
    await _tell(station, [start, *others])


async def repeated_events(station: Station, charge: Charge) -> None:
    """It tells every event twice, with new message ids, and then its whole queue once more."""
    events = _events(station, charge)
    await _tell(station, [event for event in events for _ in range(2)])
    await _tell(station, events)


async def stop_with_made_up_id(station: Station, charge: Charge) -> None:
    """It ends a transaction that it never began, and not the one that it did."""
    transaction = await station.start(charge)
    await station.stop(replace(transaction, id=str(uuid.uuid4())))


async def stop_before_start(station: Station, charge: Charge) -> None:
    """Its queue is sent in the wrong order: the end first and the start last."""
    await _tell(station, _offline(_events(station, charge)[::-1]))


async def events_out_of_order(station: Station, charge: Charge) -> None:
    """Its queue is sent in no order: every second event, then those in between."""
    events = _events(station, charge)
    await _tell(station, _offline([*events[::2], *events[1::2]]))


async def offline_for_days(station: Station, charge: Charge) -> None:
    """Back after three days, it charges; what it did offline comes later, the latest day first."""
    offline = [
        _events(
            station,
            replace(
                charge,
                started_at=charge.started_at - timedelta(days=ago),
                ended_at=charge.ended_at - timedelta(days=ago),
            ),
        )
        for ago in (3, 2, 1)
    ]
    online = await station.start(charge)
    for day in reversed(offline):
        await _tell(station, _offline(day))
    await station.stop(online)


async def kwh_labelled_wh(station: Station, charge: Charge) -> None:
    """Its samples are in kWh and say that they are in Wh."""
    await _tell(station, _events(station, charge, in_kwh=True))


async def no_unit(station: Station, charge: Charge) -> None:
    """Its samples name no unit."""
    await _tell(station, _events(station, charge, unit=None))


async def comes_back_as_1_6(station: Station, charge: Charge) -> None:
    """It gets older firmware in the middle of a charge, and stops it in OCPP 1.6 by the id -1."""
    transaction = await station.start(charge)
    await station.line.close()
    async with station.with_firmware(Station16) as downgraded:
        await downgraded.stop(replace(transaction, id=-1))


async def pipelined_calls(station: Station, charge: Charge) -> None:
    """It sends call after call and waits for no answer."""
    connection = await station.line.connected()
    events = _events(station, charge)
    await asyncio.gather(*[await connection.post("TransactionEvent", event) for event in events])


def _events(
    station: Station, charge: Charge, *, unit: str | None = "Wh", in_kwh: bool = False
) -> Sequence[Payload]:
    """All that there is to tell of a transaction, in its order; the meter shows it already."""
    name, meter_wh = str(uuid.uuid4()), station.register_wh(charge.connector)
    station.already_charged(charge)
    samples = [
        messages.updated(
            name,
            number,
            charge,
            at,
            (meter_wh + energy_wh) / 1000 if in_kwh else meter_wh + energy_wh,
            unit,
        )
        for number, (at, energy_wh) in enumerate(charge.readings(SAMPLE_INTERVAL), start=1)
    ]
    return [
        messages.started(name, 0, charge, meter_wh),
        *samples,
        messages.ended(name, len(samples) + 1, charge, meter_wh + charge.energy_wh),
    ]


def _offline(events: Sequence[Payload]) -> Sequence[Payload]:
    return [{**event, "offline": True} for event in events]


async def _tell(station: Station, events: Sequence[Payload]) -> None:
    for event in events:
        await station.line.call("TransactionEvent", event)


CATALOGUE = catalogue(
    retried_start,
    repeated_events,
    stop_with_made_up_id,
    stop_before_start,
    events_out_of_order,
    offline_for_days,
    kwh_labelled_wh,
    no_unit,
    pipelined_calls,
    comes_back_as_1_6,
)
