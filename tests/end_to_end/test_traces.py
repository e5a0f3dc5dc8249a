"""One trace of a session's end: station, gateway, database, queue, billing's record."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo import billing as billing_side
from demo import charging as charging_side
from demo.rest import RestApi
from demo.scenario import FleetContract, PlannedCharge, PlannedStation, Scenario
from simulator.charge import Charge
from simulator.ocpp16.station import Station
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

NAME = "DE-FCH-TRACED"
START = datetime(2026, 10, 8, 6, tzinfo=UTC)
TOLD_WITHIN = 15
"""Seconds: programs send their spans every two."""


async def test_the_end_of_a_session_is_one_trace_from_its_station_to_its_record(
    playground: Playground, charging: RestApi, billing: RestApi
) -> None:
    charge = Charge(
        connector=1,
        token="TRACED1",
        started_at=START,
        ended_at=START + timedelta(hours=1),
        energy_wh=7_400,
    )
    scenario = Scenario(
        zone=ZoneInfo("Europe/Berlin"),
        stations=[PlannedStation(NAME, "traced", [PlannedCharge(charge=charge)])],
        contracts=[
            FleetContract(
                contract_id="traced",
                customer="Traced",
                tokens=("TRACED1",),
                months=(START.date().replace(day=1),),
            )
        ],
    )
    await billing_side.put_contracts(billing, scenario)
    keys = await charging_side.register(charging, scenario)
    url = playground.machine.front_door.replace("http", "ws", 1) + "/ocpp"
    async with Station(url, NAME, keys[NAME]) as station:
        await station.charge(charge)
    assert (await billing_side.wait_for_records(billing, scenario)).records == 1
    [session] = (await charging.get("/sessions", station_id=NAME))["items"]

    xray = playground.deployment.client("xray")
    about = f'annotation.session_id = "{session["id"]}" AND service("billing")'
    found: list[Any] = []
    async with asyncio.timeout(TOLD_WITHIN):
        while not (ended := [one for one in found if _kept(one)]):
            found = await asyncio.to_thread(_traces, xray, about)
            await asyncio.sleep(0.2)
    [segments] = ended
    by_name = {one["annotations"]["operation"]: one for one in segments}
    stop, sent = by_name["StopTransaction"], by_name["SQS"]
    kept = by_name["charging.session.ended.v1"]
    assert (stop["name"], kept["name"]) == ("charging", "billing")
    assert stop["annotations"]["station_id"] == kept["annotations"]["station_id"] == NAME
    assert sent["parent_id"] == kept["parent_id"] == stop["id"]
    assert kept["annotations"]["result"] == "taken"
    assert stop["start_time"] <= sent["start_time"] <= kept["start_time"]
    databases = {one["parent_id"] for one in segments if one["name"] == "PostgreSQL"}
    assert stop["id"] in databases
    assert "TRACED1" not in json.dumps(segments)


def _traces(xray: Any, about: str) -> list[Any]:
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=1)}
    summaries = xray.get_trace_summaries(**window, FilterExpression=about)["TraceSummaries"]
    if not summaries:
        return []
    traces = xray.batch_get_traces(TraceIds=[one["Id"] for one in summaries[:5]])["Traces"]
    return [[json.loads(one["Document"]) for one in trace["Segments"]] for trace in traces]


def _kept(segments: list[Any]) -> bool:
    told = {one["annotations"]["operation"] for one in segments}
    return {"StopTransaction", "SQS", "charging.session.ended.v1"} <= told
