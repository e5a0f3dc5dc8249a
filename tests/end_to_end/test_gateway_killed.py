"""``kill -9`` of the deployed charging program while a car charges."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo import billing as billing_side
from demo import charging as charging_side
from demo.rest import Refused, RestApi
from demo.scenario import (
    FleetContract,
    PlannedCharge,
    PlannedStation,
    Scenario,
)
from embedded import processes
from simulator.charge import Charge
from simulator.ocpp16.station import Station
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

START = datetime(2026, 10, 7, 6, tzinfo=UTC)


async def test_a_session_outlives_its_gateway(
    playground: Playground, charging: RestApi, billing: RestApi
) -> None:
    charge = Charge(
        connector=1,
        token="KILLED1",
        started_at=START,
        ended_at=START + timedelta(hours=50),
        energy_wh=43_210,
        until_remote_stop=True,
    )
    month = START.date().replace(day=1)
    scenario = Scenario(
        zone=ZoneInfo("Europe/Berlin"),
        stations=[PlannedStation("DE-FCH-KILLED", "killed", [PlannedCharge(charge=charge)])],
        contracts=[
            FleetContract(
                contract_id="killed", customer="Killed", tokens=("KILLED1",), months=(month,)
            )
        ],
    )
    await billing_side.put_contracts(billing, scenario)
    keys = await charging_side.register(charging, scenario)
    url = playground.machine.front_door.replace("http", "ws", 1) + "/ocpp"

    async with Station(url, "DE-FCH-KILLED", keys["DE-FCH-KILLED"]) as station:
        charging_car = asyncio.create_task(station.charge(charge))
        while not (await charging.get("/sessions", station_id="DE-FCH-KILLED"))["items"]:
            await asyncio.sleep(0.05)
        killed = _kill_charging(playground)
        while not await _remote_stop(charging, "DE-FCH-KILLED"):
            await asyncio.sleep(0.5)
        await charging_car

    assert killed
    [session] = (await charging.get("/sessions", station_id="DE-FCH-KILLED"))["items"]
    assert session["energy_wh"] == 43_210
    ledger = await billing_side.wait_for_records(billing, scenario)
    assert (ledger.records, ledger.energy_wh) == (1, 43_210)


def _kill_charging(playground: Playground) -> list[int]:
    """Kill every process of the charging program, as a lost machine would."""
    found = [
        process.pid
        for process in processes.find(playground.machine.folder, processes.CONTAINER)
        if b"services.charging" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    ]
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found


async def _remote_stop(charging: RestApi, station_id: str) -> bool:
    """Ask once; false while the program or the station is not back."""
    try:
        [session] = (await charging.get("/sessions", station_id=station_id))["items"]
        stop = {"transaction_id": session["transaction_id"]}
        await charging.post(f"/stations/{station_id}/remote-stop", stop)
    except Refused as refused:
        if refused.status in (404, 409) or refused.status >= 500:
            return False
        raise
    return True
