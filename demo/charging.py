"""Cars charge: stations, cards and sites are registered, then every charge is played."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

from contracts.routes import OCPP
from demo.rest import RestApi
from demo.scenario import PlannedCharge, PlannedStation, Scenario
from simulator.ocpp16.station import Station

_AT_ONCE = 16
_MOST_IN_A_LIST = 1000


async def register(api: RestApi, scenario: Scenario) -> dict[str, str]:
    """Tell the charging program of all sites, stations and cards; returns each station's key."""
    keys = {station.station_id: secrets.token_hex(16) for station in scenario.stations}
    limit = asyncio.Semaphore(_AT_ONCE)

    async def put(path: str, body: dict[str, object]) -> None:
        async with limit:
            await api.put(path, body)

    async with asyncio.TaskGroup() as group:
        for site in {station.site_id for station in scenario.stations}:
            group.create_task(
                put(
                    f"/sites/{site}",
                    {"name": f"Site {site}", "kind": "workplace", "time_zone": scenario.zone.key},
                )
            )
        for contract in scenario.contracts:
            for token in contract.tokens:
                group.create_task(
                    put(f"/tokens/{token}", {"status": "accepted", "driver": contract.customer})
                )
    stations = [
        {
            "id": station.station_id,
            "site_id": station.site_id,
            "connectors": station.connectors,
            "key": keys[station.station_id],
        }
        for station in scenario.stations
    ]
    for first in range(0, len(stations), _MOST_IN_A_LIST):
        await api.post("/stations", stations[first : first + _MOST_IN_A_LIST])
    return keys


async def ended_sessions(api: RestApi) -> set[tuple[str, int, datetime]]:
    """Station, connector and start of every session that has ended."""
    found: set[tuple[str, int, datetime]] = set()
    query: dict[str, str | int] = {"status": "ended", "limit": 1000}
    while True:
        page = await api.get("/sessions", **query)
        found |= {
            (
                session["station_id"],
                session["connector_id"],
                datetime.fromisoformat(session["started_at"]),
            )
            for session in page["items"]
        }
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


async def play(
    api: RestApi,
    front_door: str,
    scenario: Scenario,
    keys: dict[str, str],
    told: Callable[[int], None],
) -> int:
    """All stations connect and charge at once; returns how many charges were there already.

    `told` hears the number of charges done after each.
    """
    url = front_door.replace("http", "ws", 1) + OCPP
    ended = await ended_sessions(api)
    done = 0
    kept = 0

    async def at(planned_station: PlannedStation) -> None:
        nonlocal done, kept
        station_id = planned_station.station_id
        async with Station(url, station_id, keys[station_id]) as station:
            for planned in planned_station.charges:
                charge = planned.charge
                if (station_id, charge.connector, charge.started_at) in ended:
                    station.already_charged(charge)
                    kept += 1
                elif planned.by_app:
                    await _by_app(api, station, planned)
                else:
                    await station.charge(charge)
                done += 1
                told(done)

    async with asyncio.TaskGroup() as group:
        for planned_station in scenario.stations:
            group.create_task(at(planned_station))
    return kept


async def _by_app(api: RestApi, station: Station, planned: PlannedCharge) -> None:
    """The driver starts and stops with the app: both go through the REST API."""
    charge = planned.charge
    path = f"/stations/{station.station_id}"
    station.plug_in(charge)
    start = {"connector_id": charge.connector, "token_uid": charge.token}
    await api.post(f"{path}/remote-start", start)
    transaction_id = await station.remotely_started(charge.connector)
    await api.post(f"{path}/remote-stop", {"transaction_id": transaction_id})
    await station.remotely_stopped(charge.connector)
