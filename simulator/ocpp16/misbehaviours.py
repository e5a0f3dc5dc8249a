"""What real stations do and no standard allows, in OCPP 1.6."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from simulator.charge import Charge
from simulator.misbehaviours import catalogue
from simulator.ocpp16 import messages
from simulator.ocpp201.station import Station as Station201
from simulator.station import SAMPLE_INTERVAL, Station, Transaction

OFFLINE_ID = -1
"""The transaction id of stations that never heard the answer to their start."""
MADE_UP_ID = 2_147_000_000


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


async def kwh_labelled_wh(station: Station, charge: Charge) -> None:
    """Its meter values are in kWh and say that they are in Wh."""
    await _charge_with(station, charge, unit="Wh", thousandths=True)


async def no_unit(station: Station, charge: Charge) -> None:
    """Its meter values name no unit."""
    await _charge_with(station, charge, unit=None)


async def comes_back_as_2_0_1(station: Station, charge: Charge) -> None:
    """It gets other firmware in the middle of a charge, and ends it in OCPP 2.0.1."""
    transaction = await station.start(charge)
    await station.line.close()
    async with station.with_firmware(Station201) as updated:
        await updated.stop(transaction)


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


CATALOGUE = catalogue(
    retried_start,
    stop_without_id,
    stop_with_made_up_id,
    stop_before_start,
    offline_for_days,
    kwh_labelled_wh,
    no_unit,
    pipelined_calls,
    comes_back_as_2_0_1,
)
