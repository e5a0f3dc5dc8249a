"""Stations as operators enter them, and as drivers find and use them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from contracts.personas import Persona
from services.charging.adapters.postgresql.stations import GOES_WITH_STATION
from services.charging.domain.places import Location, distance_m
from tests.charging.examples import MESSAGES
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected
from tests.charging.test_commands import answered

pytestmark = pytest.mark.integration

PLUG = {"connector_id": 1, "standard": "IEC_62196_T2", "max_power_w": 22_000}
BERLIN = {"latitude": 52.52, "longitude": 13.405}


@pytest.fixture
def company(program: ChargingProgram, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """An operator of a company that no other test knows, with a site."""
    name = request.node.name.replace("_", "-")[:40]
    with program.signed_in(Persona.OPERATOR, name) as operator:
        site = {"name": name, "kind": "workplace", "time_zone": "Europe/Berlin"}
        operator.put(f"/sites/{name}", json=site).raise_for_status()
        operator.headers["X-Site"] = name
        yield operator


def station(company: httpx.Client, **more: object) -> dict[str, object]:
    return {"site_id": company.headers["X-Site"], **more}


def test_a_station_is_entered_changed_and_removed(company: httpx.Client) -> None:
    path = f"/stations/{company.headers['X-Site']}"
    keyless = company.put(path, json=station(company))
    assert (keyless.status_code, keyless.json()["detail"]) == (422, "key: a new station needs one")
    new = station(company, key=KEY, connectors=2, location=BERLIN, plugs=[PLUG])
    created = company.put(path, json=new, headers={"If-None-Match": "*"})
    assert created.status_code == 201
    assert created.json()["location"] == BERLIN
    assert created.json()["plugs"] == [PLUG]
    assert KEY not in created.text

    assert company.put(path, json=new).status_code == 428
    assert company.put(path, json=new, headers={"If-None-Match": "*"}).status_code == 412
    assert company.patch(path, json={"connectors": 1}).status_code == 428
    assert company.delete(path).status_code == 428
    first = created.headers["ETag"]
    moved = company.patch(path, json={"location": None}, headers={"If-Match": first})
    assert moved.status_code == 200
    assert (moved.json()["location"], moved.json()["connectors"]) == (None, 2)
    for stale in (first, '"x"', "nonsense"):
        answer = company.patch(path, json={"connectors": 1}, headers={"If-Match": stale})
        assert answer.status_code == 412
        assert company.delete(path, headers={"If-Match": stale}).status_code == 412
    replaced = company.put(path, json=station(company, connectors=1), headers={"If-Match": "*"})
    assert (replaced.status_code, replaced.json()["plugs"]) == (200, [])
    assert company.get(path).headers["ETag"] == replaced.headers["ETag"] != first
    assert company.get(path).json()["boot"] is None

    wrong = company.patch(path, json={"plugs": [PLUG, PLUG]}, headers={"If-Match": "*"})
    assert (wrong.status_code, "plugs" in wrong.json()["detail"]) == (422, True)
    removed = company.delete(path, headers={"If-Match": replaced.headers["ETag"]})
    assert removed.status_code == 204
    assert company.get(path).status_code == 404
    assert company.put(path, json=new, headers={"If-Match": "*"}).status_code == 412


async def test_a_station_where_somebody_charged_stays(
    program: ChargingProgram, station_id: str
) -> None:
    path, match = f"/stations/{station_id}", {"If-Match": "*"}
    async with connected(program, station_id) as socket:
        await socket.call("Heartbeat")
        assert program.api.delete(path, headers=match).status_code == 409
        await socket.start()
    while program.get(path)["online"]:
        await asyncio.sleep(0.02)
    refused = program.api.delete(path, headers=match)
    assert (refused.status_code, station_id in refused.json()["detail"]) == (409, True)


async def test_a_station_is_held_set_up_and_accepted(
    program: ChargingProgram, station_id: str
) -> None:
    path, match, boot = f"/stations/{station_id}", {"If-Match": "*"}, MESSAGES["BootNotification"]
    program.api.patch(path, json={"registration": "pending"}, headers=match).raise_for_status()

    async def remote_start() -> httpx.Response:
        wanted = {"token_uid": "CARD1"}
        return await asyncio.to_thread(program.api.post, f"{path}/remote-start", json=wanted)

    async with connected(program, station_id) as socket:
        # It has heard nothing yet.
        assert (await socket.try_call("Heartbeat"))[2] == "SecurityError"
        assert (await socket.call("BootNotification", **boot))["status"] == "Pending"
        held = await remote_start()
        assert (held.status_code, "pending" in held.json()["detail"]) == (409, True)
        # The same list again lets it in no more than before.
        program.register(station_id)
        shown = program.get(path)
        assert (shown["registration"], shown["heard_registration"]) == ("pending", "pending")
        program.api.patch(path, json={"registration": "accepted"}, headers=match).raise_for_status()
    async with connected(program, station_id) as socket:
        # It comes back without a boot: what it heard holds.
        status = MESSAGES["StatusNotification"]
        assert (await socket.try_call("StatusNotification", **status))[2] == "SecurityError"
        assert (await socket.call("BootNotification", **boot))["status"] == "Accepted"
        asked = asyncio.create_task(remote_start())
        await answered(socket, 3, {"status": "Accepted"})
        assert (await asked).json() == {"status": "Accepted"}
    odd = program.get("/quarantine", station_id=station_id)["items"]
    assert [one["rule"] for one in odd] == ["station-not-accepted"]


async def test_what_a_station_said_is_not_for_the_next_company_with_its_id(
    program: ChargingProgram,
) -> None:
    said: list[int] = []
    for name in ("earlier", "later"):
        with program.signed_in(Persona.OPERATOR, name) as operator:
            site = {"name": name, "kind": "workplace", "time_zone": "Europe/Berlin"}
            operator.put(f"/sites/{name}-site", json=site).raise_for_status()
            new = {"id": "handed-on", "site_id": f"{name}-site", "connectors": 1, "key": KEY}
            operator.post("/stations", json=[new]).raise_for_status()
            before = [
                operator.get(path, params={"station_id": "handed-on"}).json()["items"]
                for path in ("/messages", "/quarantine")
            ]
            assert before == [[], []]
            async with connected(program, "handed-on") as socket:
                await socket.call("Authorize", idTag=f"CARD OF {name}")
                await socket.send("no frame")
            while not (found := operator.get("/messages").json()["items"]):
                await asyncio.sleep(0.02)
            odd = operator.get("/quarantine").json()["items"]
            said.append(len(odd))
            assert all("earlier" not in str(one).lower() for one in found if name == "later")
            while operator.get("/stations/handed-on").json()["online"]:
                await asyncio.sleep(0.02)
            operator.delete("/stations/handed-on", headers={"If-Match": "*"}).raise_for_status()
    assert said == [1, 1]


def test_sites_are_found_and_go_when_they_are_empty(company: httpx.Client) -> None:
    kept = company.headers["X-Site"]
    site = {"name": "Home of Ada", "kind": "home", "time_zone": "Europe/Vienna"}
    assert company.put("/sites/adas-home", json=site).status_code == 201
    limit = {"connection": {"l1": 16, "l2": 16, "l3": 16}}
    company.put("/sites/adas-home/limits", json=limit).raise_for_status()
    shown = site | {"id": "adas-home", "stations": 0, "version": 1}
    assert company.get("/sites/adas-home").json() == shown
    assert company.get("/sites", params={"kind": "home"}).json()["items"] == [shown]
    first = company.get("/sites", params={"limit": 1}).json()
    rest = company.get("/sites", params={"cursor": first["next_cursor"]}).json()
    assert {one["id"] for one in first["items"] + rest["items"]} == {kept, "adas-home"}

    new = station(company, key=KEY)
    company.put(f"/stations/{kept}-s", json=new).raise_for_status()
    assert company.get(f"/sites/{kept}").json()["stations"] == 1
    assert company.delete(f"/sites/{kept}").status_code == 409
    assert company.delete("/sites/adas-home").status_code == 204
    assert company.delete("/sites/adas-home").status_code == 404
    assert company.get("/sites/adas-home").status_code == 404


def test_whatever_names_a_station_goes_with_it_or_keeps_it(program: ChargingProgram) -> None:
    keeps = {"session", "unmatched_stop", "transaction_event"}
    with psycopg.connect(program.database.conninfo) as connection:
        found = connection.execute(
            """
            select conrelid::regclass::text from pg_constraint
            where contype = 'f' and confrelid = 'station'::regclass and confdeltype <> 'c'
            """
        )
        naming = {table for (table,) in found}
    assert naming > keeps
    assert naming - keeps <= set(GOES_WITH_STATION)


PLACES = {
    "near": Location(52.5201, 13.4051),
    "farther": Location(52.53, 13.42),
    "munich": Location(48.137, 11.575),
    "suva": Location(-18.14, 178.44),
    "taveuni": Location(-16.8, -179.95),
}


def test_stations_are_found_by_place(company: httpx.Client) -> None:
    site = company.headers["X-Site"]
    stations = [
        station(
            company,
            id=f"{site[:30]}-{name}",
            key=KEY,
            location={"latitude": place.latitude, "longitude": place.longitude},
            plugs=[PLUG] if name == "near" else [],
        )
        for name, place in PLACES.items()
    ]
    nowhere = station(company, id=f"{site[:30]}-nowhere", key=KEY)
    company.post("/stations", json=[*stations, nowhere]).raise_for_status()

    def found(**query: object) -> list[str]:
        answer = company.get("/stations", params={k: str(v) for k, v in query.items()})
        answer.raise_for_status()
        return [item["id"].rsplit("-", 1)[1] for item in answer.json()["items"]]

    assert found(**BERLIN, radius_m=100) == ["near"]
    assert found(**BERLIN, radius_m=5_000) == ["near", "farther"]
    assert found(latitude=-17.5, longitude=179.9, radius_m=200_000) == ["taveuni", "suva"]
    assert found(bbox="5,47,15,55") == ["farther", "munich", "near"]
    assert found(bbox="170,-20,-170,-10") == ["suva", "taveuni"]
    assert found(standard="IEC_62196_T2") == ["near"]
    assert len(found()) == 6
    whole = company.get("/stations", params=BERLIN | {"radius_m": 5_000, "limit": 1}).json()
    [nearest] = whole["items"]
    wanted = distance_m(Location(52.52, 13.405), PLACES["near"])
    assert abs(nearest["distance_m"] - wanted) <= 1
    cursor = whole["next_cursor"]
    assert found(**BERLIN, radius_m=5_000, cursor=cursor) == ["farther"]
    removed = company.delete(f"/stations/{nearest['id']}", headers={"If-Match": "*"})
    assert removed.status_code == 204
    assert found(**BERLIN, radius_m=5_000, cursor=cursor) == ["farther"]
    strange = company.get("/stations", params=BERLIN | {"radius_m": 5_000, "cursor": "CP1"})
    assert strange.status_code == 422
    for wrong in ("latitude=1", "bbox=1,2,3", "bbox=0,50,1,40", "latitude=91&longitude=0"):
        assert company.get(f"/stations?{wrong}").status_code == 422


def test_an_index_serves_places(program: ChargingProgram, station_id: str) -> None:
    with psycopg.connect(program.database.conninfo) as connection:
        connection.execute("set enable_seqscan = off")
        plan = connection.execute(
            """
            explain select from station where point(longitude, latitude) <@ '(2,2),(1,1)'::box
                or point(longitude, latitude) <@ '(4,4),(3,3)'::box
            """
        ).fetchall()
    assert "station_by_place" in str(plan)


async def test_a_driver_charges(program: ChargingProgram, station_id: str) -> None:
    token = {"driver": "Ada", "driver_id": f"ada at {station_id}"}
    uid = f"{station_id}ADA"
    program.api.put(f"/tokens/{uid}", json=token).raise_for_status()
    driver = program.signed_in(Persona.DRIVER, subject=f"ada at {station_id}")

    async def post(path: str, body: Any = None) -> "asyncio.Task[httpx.Response]":
        return asyncio.create_task(asyncio.to_thread(driver.post, path, json=body))

    with driver:
        start = {"station_id": station_id, "connector_id": 1}
        offline = await (await post("/driver/sessions", start))
        assert offline.status_code == 409
        async with connected(program, station_id) as socket:
            await socket.call("Heartbeat")
            asked = await post("/driver/sessions", start)
            _, message_id, action, payload = await socket.receive()
            assert (action, payload["idTag"]) == ("RemoteStartTransaction", uid)
            await socket.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
            assert (await asked).json() == {"status": "Accepted"}
            transaction_id = await socket.start(uid, meter=0)
            await socket.meter(transaction_id, "700")
            [live] = driver.get("/driver/sessions", params={"status": "active"}).json()["items"]
            assert (live["energy_wh"], live["token_uid"]) == (700, uid)

            wish = f"/sessions/{live['id']}/preferences"
            by_operator = {"priority": 7, "phases": 1}
            program.api.put(wish, json=by_operator).raise_for_status()
            by_driver = {"departure_at": "2026-03-01T17:00:00Z", "wanted_wh": 9000}
            answer = driver.put(f"/driver{wish}", json=by_driver)
            # Who comes first is not the driver's to say, nor what else the plan may rely upon.
            assert answer.json().items() >= {**by_driver, **by_operator}.items()
            assert driver.get(f"/driver{wish}").json() == answer.json()
            assert driver.put(f"/driver{wish}", json={"priority": 9}).status_code == 422

            values = f"/driver/sessions/{live['id']}/meter-values"
            await socket.meter(transaction_id, "0.9", "kWh")
            shown = driver.get(values).json()["items"]
            assert sorted(one["register_wh"] for one in shown) == [700, 900]
            [said] = shown[0]["meter_values"]
            assert said["sampledValue"][0]["unit"] in {"Wh", "kWh"}
            first = driver.get(values, params={"limit": 1}).json()
            rest = driver.get(values, params={"cursor": first["next_cursor"]}).json()
            assert first["items"] + rest["items"] == shown
            assert driver.get(values, params={"cursor": "nowhere"}).status_code == 422

            stop = f"/driver/sessions/{live['id']}/stop"
            asked = await post(stop)
            _, message_id, action, payload = await socket.receive()
            assert payload == {"transactionId": transaction_id}
            await socket.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
            assert (await asked).json() == {"status": "Accepted"}
            await socket.stop(transaction_id, 900)
            assert (await (await post(stop))).status_code == 409
        # The token goes to somebody else: the session stays Ada's, and later ones are not.
        program.api.put(f"/tokens/{uid}", json={"driver": "Bob", "driver_id": "bob"})
        history = driver.get("/driver/sessions").json()["items"]
        assert [(item["id"], item["energy_wh"]) for item in history] == [(live["id"], 900)]
        unable = await (await post("/driver/sessions", start))
        assert (unable.status_code, "no token" in unable.json()["detail"]) == (422, True)
