"""What stations say under load, in each version of OCPP."""

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from benchmarks.light_station import LightStation
from simulator.charge import Charge
from simulator.connection import Payload
from simulator.ocpp16 import messages as ocpp16
from simulator.ocpp201 import messages as ocpp201

Talk = Callable[[LightStation], Awaitable[None]]
"""One word or several."""


class _Words(Protocol):
    """What a version says the same way as the other."""

    BOOT: Payload

    def status(self, connector: int, state: str, at: datetime, /) -> Payload: ...


async def _boots(words: _Words, station: LightStation) -> None:
    await station.call("BootNotification", words.BOOT)
    status = words.status(1, "Available", datetime.now(UTC))
    await station.call("StatusNotification", status)


async def _meter_values_16(station: LightStation) -> None:
    reading = ocpp16.meter_values(1, None, datetime.now(UTC), str(time.monotonic_ns()))
    await station.call("MeterValues", reading)


async def _meter_values_201(station: LightStation) -> None:
    reading = ocpp201.meter_values(1, datetime.now(UTC), time.monotonic_ns())
    await station.call("MeterValues", reading)


async def _session_16(meter_values: int, station: LightStation) -> None:
    # To the microsecond: two starts that say the same are one.
    now = datetime.now(UTC).isoformat()
    start = {"connectorId": 1, "idTag": "CARD1", "meterStart": 0, "timestamp": now}
    answer = await station.call("StartTransaction", start)
    transaction_id = answer.get("transactionId", 0)
    for number in range(meter_values):
        register = str(1000 * number)
        reading = ocpp16.meter_values(1, transaction_id, datetime.now(UTC), register)
        await station.call("MeterValues", reading)
    stop = {"transactionId": transaction_id, "meterStop": 7000, "timestamp": now}
    await station.call("StopTransaction", stop)


async def _session_201(meter_values: int, station: LightStation) -> None:
    now = datetime.now(UTC)
    charge = Charge(
        connector=1,
        token="CARD1",  # noqa: S106 — a card's
        started_at=now,
        ended_at=now,
        energy_wh=7000,
    )
    name = str(uuid.uuid4())
    await station.call("TransactionEvent", ocpp201.started(name, 0, charge, 0))
    for number in range(meter_values):
        updated = ocpp201.updated(name, 1 + number, charge, now, 1000 * number)
        await station.call("TransactionEvent", updated)
    ended = ocpp201.ended(name, 1 + meter_values, charge, 7000)
    await station.call("TransactionEvent", ended)


TALKS: Mapping[str, Mapping[str, Talk]] = {
    "1.6": {
        "starts and stops": partial(_session_16, 0),
        "sessions of 9 messages": partial(_session_16, 7),
        "meter values": _meter_values_16,
        "boots and statuses": partial(_boots, ocpp16),
    },
    "2.0.1": {
        "starts and stops": partial(_session_201, 0),
        "sessions of 9 messages": partial(_session_201, 7),
        "meter values": _meter_values_201,
        "boots and statuses": partial(_boots, ocpp201),
    },
}
"""By version and kind. Sessions are as cars make them, but faster; a boot and a status are what a
station says after a power cut."""
BOOTS = "boots and statuses"
