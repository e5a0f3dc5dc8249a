"""Sites of the running program: limits in, profiles out to stations, outcomes kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from contracts.site_surplus import SiteSurplus, SurplusReport, encode
from tests.charging.aws import Aws
from tests.charging.examples import check
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import KEY, ChargingProgram, basic
from tests.charging.station import Station, connected

pytestmark = pytest.mark.integration

RUSH_HOUR = {
    "begins": "17:00:00",
    "ends": "20:00:00",
    "days": ["monday", "friday"],
    "time_zone": "Europe/Berlin",
    "limit": {"l1": "16.0", "l2": "16.0", "l3": "0.0"},
}
SITE = {"name": "Depot", "kind": "workplace", "time_zone": "Europe/Berlin"}


def site(program: ChargingProgram, station_id: str, connectors: int = 2) -> str:
    """A site of its own for a station."""
    site_id = f"site of {station_id}"
    program.api.put(f"/sites/{site_id}", json=SITE).raise_for_status()
    station = {"site_id": site_id, "connectors": connectors, "key": KEY}
    program.api.post("/stations", json=[station | {"id": station_id}]).raise_for_status()
    return site_id


AMPERES = {"l1": 6, "l2": 6, "l3": 6}


def limits(amperes: float) -> dict[str, Any]:
    return {"connection": {"l1": amperes, "l2": amperes, "l3": amperes}}


def put_limits(program: ChargingProgram, site_id: str, amperes: float, **more: Any) -> None:
    answer = program.api.put(f"/sites/{site_id}/limits", json=limits(amperes) | more)
    assert answer.status_code == 200, answer.text


async def told(station: Station, status: str = "Accepted") -> tuple[str, int, float]:
    """Purpose, connector and present limit of the next profile, which is answered."""
    _, message_id, action, payload = await station.receive()
    assert action == "SetChargingProfile"
    check(action, payload)
    await station.websocket.send(json.dumps([3, message_id, {"status": status}]))
    profile = payload["csChargingProfiles"]
    period = profile["chargingSchedule"]["chargingSchedulePeriod"][0]
    return profile["chargingProfilePurpose"], payload["connectorId"], period["limit"]


def now() -> str:
    return datetime.now(UTC).isoformat()


async def start(station: Station, connector_id: int) -> int:
    """Begin a session; a profile may come before the answer."""
    payload = {"connectorId": connector_id, "idTag": "CARD1", "meterStart": 0, "timestamp": now()}
    answer = await station.call("StartTransaction", **payload)
    transaction_id: int = answer["transactionId"]
    return transaction_id


async def test_sessions_share_what_the_site_has(program: ChargingProgram, station_id: str) -> None:
    site_id = site(program, station_id)
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        put_limits(program, site_id, 20)
        assert await told(station) == ("TxDefaultProfile", 0, 10.0)
        await start(station, 1)
        assert await told(station) == ("TxProfile", 1, 20.0)
        second = await start(station, 2)
        # Who gets less hears of it before who gets more.
        assert await told(station) == ("TxProfile", 1, 10.0)
        assert await told(station) == ("TxProfile", 2, 10.0)
        put_limits(program, site_id, 14)
        heard = {await told(station), await told(station), await told(station)}
        assert heard == {
            ("TxDefaultProfile", 0, 7.0),
            ("TxProfile", 1, 7.0),
            ("TxProfile", 2, 7.0),
        }
        await station.stop(second, 500, now())
        assert await told(station) == ("TxProfile", 1, 14.0)
    shown = program.get(f"/sites/{site_id}/plan")
    [session] = shown["sessions"]
    assert session["currents_ma"][0] == 14_000
    assert program.get(f"/sites/{site_id}/limits") == {
        **limits(14.0),
        "connection": {"l1": "14.0", "l2": "14.0", "l3": "14.0"},
        "sharing": "fair",
        "windows": [],
        "daily": [],
        "fuses": [],
        "stations": {},
        "site_id": site_id,
        "version": 2,
    }


async def test_what_a_station_refuses_is_kept_free(
    program: ChargingProgram, station_id: str
) -> None:
    site_id = site(program, station_id)
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        put_limits(program, site_id, 24)
        assert await told(station) == ("TxDefaultProfile", 0, 12.0)
        await start(station, 1)
        assert await told(station) == ("TxProfile", 1, 24.0)
        await start(station, 2)
        assert await told(station, "Rejected") == ("TxProfile", 1, 12.0)
        # The first may still draw all: nothing is left for the second, which paused anyway.
        assert await told(station) == ("TxProfile", 2, 0.0)
    shown = program.get(f"/sites/{site_id}/plan")
    assert sorted(one["currents_ma"][0] for one in shown["sessions"]) == [0, 24_000]


async def test_sun_wishes_and_outcome(program: ChargingProgram, station_id: str) -> None:
    site_id = site(program, station_id)
    at = datetime.now(UTC) - timedelta(minutes=1)
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        transaction_id = await start(station, 1)
        [session] = program.get("/sessions", station_id=station_id)["items"]
        wish = {
            "prefers_solar": True,
            "departure_at": (at + timedelta(hours=9)).isoformat(),
            "wanted_wh": 5000,
        }
        path = f"/sessions/{session['id']}/preferences"
        assert program.api.get(path).status_code == 404
        put = program.api.put(path, json=wish, headers={"If-None-Match": "*"})
        assert (put.status_code, put.headers["ETag"]) == (200, '"1"')
        kept = program.api.get(path)
        assert (kept.headers["ETag"], kept.json()) == ('"1"', put.json())
        again = program.api.put(path, json=wish | {"maximum_a": 13.5}, headers={"If-Match": '"1"'})
        assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
        assert program.api.put(path, json=wish, headers={"If-Match": '"1"'}).status_code == 412
        assert program.get(path)["maximum_a"] == "13.5"
        put_limits(program, site_id, 40)
        heard = {await told(station), await told(station)}
        assert heard == {("TxDefaultProfile", 0, 20.0), ("TxProfile", 1, 0.0)}
        sun = [
            {"begins_at": (at + timedelta(minutes=n)).isoformat(), "surplus_w": 6900}
            for n in (0, 15, 30, 45)
        ]
        for _ in range(2):  # It may be said again.
            posted = program.api.post(f"/sites/{site_id}/surplus", json=sun)
            assert posted.status_code == 204
        assert await told(station) == ("TxProfile", 1, 10.0)
        value = {"timestamp": now(), "sampledValue": [{"value": "3"}]}
        values = {"connectorId": 1, "transactionId": transaction_id, "meterValue": [value]}
        await station.call("MeterValues", **values)
        await station.stop(transaction_id, 7, now())
    outcome = program.get(f"/sessions/{session['id']}/plan-outcome")
    assert sum(quarter["metered_wh"] for quarter in outcome["outcomes"]) == 7
    assert outcome["station_id"] == station_id


async def test_the_sun_comes_by_the_queue_too(
    program: ChargingProgram, station_id: str, aws: Aws
) -> None:
    site_id = site(program, station_id)
    put_limits(program, site_id, 32)
    at = datetime.now(UTC)
    report = SurplusReport("fleetcharge", site_id, (SiteSurplus(at, 6900),))
    body = encode(report).decode()
    while aws.taken.count(body) < 2:
        if aws.surplus.empty():  # A queue delivers until it hears that it is done.
            aws.surplus.put(body)
        await asyncio.sleep(0.02)
    [figure] = program.get(f"/sites/{site_id}/surplus")["items"]
    assert (datetime.fromisoformat(figure["begins_at"]), figure["surplus_w"]) == (at, 6900)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (limits(-1), "l1"),
        (limits(16.25), "l1"),
        (
            limits(16) | {"windows": [{"begins_at": now(), "ends_at": now(), "limit": {"l1": 1}}]},
            "windows.0",
        ),
        (limits(16) | {"daily": [RUSH_HOUR | {"days": []}]}, "daily.0.days"),
        (limits(16) | {"daily": [RUSH_HOUR | {"time_zone": "Mars"}]}, "daily.0.time_zone"),
        (limits(16) | {"daily": [RUSH_HOUR | {"begins": "17:00Z"}]}, "daily.0.begins"),
        (limits(16) | {"stations": {"CP1": {"phases": ["L1", "L1"]}}}, "stations.CP1"),
        (limits(16) | {"fuses": [{"name": "F", "stations": []}]}, "fuses.0.limit"),
        (limits(16) | {"stations": {"CP-": {}}}, "stations: CP- is not at this site"),
        (
            limits(16) | {"fuses": [{"name": "F", "stations": ["CP-"], "limit": AMPERES}]},
            "fuses.0.stations: CP- is not at this site",
        ),
    ],
)
def test_limits_that_make_no_sense_are_named(
    program: ChargingProgram, station_id: str, document: dict[str, Any], where: str
) -> None:
    answer = program.api.put(f"/sites/{site(program, station_id)}/limits", json=document)
    assert answer.status_code == 422
    assert where in answer.json()["detail"]


def test_daily_limits_come_back_as_they_went(program: ChargingProgram, station_id: str) -> None:
    site_id = site(program, station_id)
    put_limits(program, site_id, 32, daily=[RUSH_HOUR])
    assert program.get(f"/sites/{site_id}/limits")["daily"] == [RUSH_HOUR]


def test_the_sun_has_a_zone(program: ChargingProgram, station_id: str) -> None:
    figure = {"begins_at": "2026-03-01T06:00:00", "surplus_w": 1}
    path = f"/sites/{site(program, station_id)}/surplus"
    answer = program.api.post(path, json=[figure])
    assert answer.status_code == 422
    assert "0.begins_at" in answer.json()["detail"]
    assert program.api.post("/sites/nowhere/surplus", json=[]).status_code == 404


async def test_a_station_that_is_away_keeps_what_it_was_told(
    program: ChargingProgram, station_id: str
) -> None:
    site_id = site(program, station_id)
    other = f"{station_id}b"
    station_of_site = {"site_id": site_id, "connectors": 1, "key": KEY}
    program.api.post("/stations", json=[station_of_site | {"id": other}]).raise_for_status()
    async with connected(program, other) as there:
        await there.call("Heartbeat")
        async with connected(program, station_id) as away:
            await away.call("Heartbeat")
            put_limits(program, site_id, 30)
            for heard in await asyncio.gather(told(away), told(there)):
                assert heard == ("TxDefaultProfile", 0, 10.0)
            await start(away, 1)
            assert await told(away) == ("TxProfile", 1, 30.0)
        await start(there, 1)
        assert await told(there) == ("TxProfile", 1, 0.0)


@asynccontextmanager
async def station_201(program: ChargingProgram, station_id: str) -> AsyncIterator[Station]:
    async with connect(
        program.station_url(station_id),
        subprotocols=[Subprotocol("ocpp2.0.1")],
        additional_headers=basic(station_id),
    ) as websocket:
        station = Station(websocket)
        await station.call("Heartbeat")
        yield station


async def told_201(station: Station) -> dict[str, Any]:
    """The next profile, which is accepted."""
    _, message_id, action, payload = await station.receive()
    assert action == "SetChargingProfile"
    OCPP_2_0_1.check("SetChargingProfileRequest", payload)
    await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    profile: dict[str, Any] = payload["chargingProfile"]
    return profile | {"evse": payload["evseId"]}


def first_limit(profile: dict[str, Any]) -> tuple[str, float]:
    [schedule] = profile["chargingSchedule"]
    return schedule["chargingRateUnit"], schedule["chargingSchedulePeriod"][0]["limit"]


async def start_201(station: Station) -> None:
    began = event(
        "Started", 0, datetime.now(UTC), idToken=CARD1, evse={"id": 2}, meter=0, tx="a-name"
    )
    await station.call("TransactionEvent", **began)


async def test_a_station_of_2_0_1_hears_it_in_its_own_words(
    program: ChargingProgram, station_id: str
) -> None:
    site_id = site(program, station_id)
    async with station_201(program, station_id) as station:
        put_limits(program, site_id, 30)
        default = await told_201(station)
        assert (default["chargingProfilePurpose"], default["evse"]) == ("TxDefaultProfile", 0)
        await start_201(station)
        profile = await told_201(station)
        assert (profile["transactionId"], profile["evse"]) == ("a-name", 2)
        assert first_limit(profile) == ("A", 30.0)


async def test_a_vehicle_gets_the_schedule_that_it_asked_for(
    program: ChargingProgram, station_id: str
) -> None:
    site_id = site(program, station_id)
    async with station_201(program, station_id) as station:

        async def say(action: str, hears: dict[str, Any], **payload: Any) -> None:
            OCPP_2_0_1.check(f"{action}Request", payload)
            answer = await station.call(action, **payload)
            OCPP_2_0_1.check(f"{action}Response", answer)
            assert answer == hears

        async def want(hears: str, power: int) -> None:
            direct = {"evMaxCurrent": 200, "evMaxVoltage": 400, "evMaxPower": power}
            needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": direct}
            await say("NotifyEVChargingNeeds", {"status": hears}, evseId=2, chargingNeeds=needs)

        put_limits(program, site_id, 30)
        assert (await told_201(station))["chargingProfilePurpose"] == "TxDefaultProfile"
        await want("Processing", 13_800)
        await start_201(station)
        assert first_limit(await told_201(station)) == ("W", 13_800.0)
        await want("Accepted", 13_800)  # It waits for an answer, though it knows it already.
        assert first_limit(await told_201(station)) == ("W", 13_800.0)
        takes = {
            "evseId": 2,
            "timeBase": now(),
            "chargingSchedule": {
                "id": 1,
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 13_801}],
            },
        }
        await say("NotifyEVChargingSchedule", {"status": "Rejected"}, **takes)
        [session] = program.get("/sessions", station_id=station_id)["items"]
        vehicle = program.get(f"/sessions/{session['id']}/vehicle")
        assert vehicle["needs"]["maximum_ma"] == 20_000
        assert vehicle["fits"] is False

        limit = {"chargingLimit": {"chargingLimitSource": "SO"}, "evseId": 2}
        at_most = {
            "id": 1,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        }
        await say("NotifyChargingLimit", {}, **limit, chargingSchedule=[at_most])
        assert first_limit(await told_201(station)) == ("W", 6_900.0)
        [outside] = program.get(f"/stations/{station_id}/outside-limits")["items"]
        assert (outside["source"], outside["periods"][0]["limit_ma"]) == ("SO", 10_000)
        await say("ClearedChargingLimit", {}, chargingLimitSource="SO")
        assert first_limit(await told_201(station)) == ("W", 13_800.0)
        assert program.get(f"/stations/{station_id}/outside-limits")["items"] == []

        for of_report, evse in ((1, 1), (1, 2)):
            profile = MESSAGES["ReportChargingProfiles"] | {"requestId": of_report, "evseId": evse}
            await say("ReportChargingProfiles", {}, **profile)
        profiles = program.get(f"/stations/{station_id}/charging-profiles")["items"]
        assert [shown["evse_id"] for shown in profiles] == [1, 2]
        assert profiles[0]["profile"] == profile["chargingProfile"][0]
