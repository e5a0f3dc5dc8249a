"""Tariffs of the running program's sites, and what stations and operators hear of costs."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from contracts.personas import Persona
from tests.charging.ocpp201.transactions import event
from tests.charging.ocpp201.use_cases_of_tariffs import LATER, PRICE, TERMINAL
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import KEY, ROOT, ChargingProgram
from tests.charging.station import Station, connected
from tests.charging.tariffs.tariffs import AS_TOLD

pytestmark = pytest.mark.integration

SITE = {"name": "Market", "kind": "public", "time_zone": "Europe/Berlin"}
TWICE = AS_TOLD | {
    "elements": [{"price_components": [{"type": "ENERGY", "price": "0.9916", "vat": 19}]}]
}


@pytest.fixture
def site_id(program: ChargingProgram, station_id: str) -> str:
    """A public site of its own for the station; and a token by which it is paid ad hoc."""
    site_id = f"market of {station_id}"
    program.api.put(f"/sites/{site_id}", json=SITE).raise_for_status()
    station = {"id": station_id, "site_id": site_id, "connectors": 1, "key": KEY}
    program.api.post("/stations", json=[station]).raise_for_status()
    paid = {"driver": "Payment terminal", "ad_hoc": True}
    program.api.put("/tokens/TERMINAL", json=paid).raise_for_status()
    return site_id


async def tell(station: Station, said: dict[str, Any]) -> dict[str, Any]:
    answer = await station.call("TransactionEvent", **said)
    OCPP_2_0_1.check("TransactionEventResponse", answer)
    return answer


def begun(tx: str, at: datetime, uid: Any = TERMINAL) -> dict[str, Any]:
    return event("Started", 0, at, tx=tx, idToken=uid, meter=0, evse={"id": 1})


def test_a_tariff_has_versions(program: ChargingProgram, site_id: str) -> None:
    path = f"/sites/{site_id}/tariff"
    assert program.api.get(path).status_code == 404
    assert program.api.delete(path).status_code == 404
    first = program.api.put(path, json=AS_TOLD, headers={"If-None-Match": "*"})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    shown = program.api.get(path)
    assert shown.json() == first.json()
    assert shown.headers["ETag"] == '"1"'
    assert shown.json()["elements"][1]["restrictions"] == {"min_duration": 14400}
    given = {name: shown.json()[name] for name in ("currency", "elements")}
    assert program.api.put(path, json=given, headers={"If-Match": '"1"'}).json()["version"] == 2
    for method in ("PUT", "DELETE"):
        late = program.api.request(method, path, json=TWICE, headers={"If-Match": '"1"'})
        assert late.status_code == 412, method
    assert program.api.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert program.api.get(path).status_code == 404
    assert program.api.delete(path).status_code == 404
    again = program.api.put(path, json=TWICE, headers={"If-None-Match": "*"})
    assert again.json()["version"] == 4
    assert program.get(path, version="1") == first.json()
    assert program.api.get(path, params={"version": 3}).status_code == 404


@pytest.mark.parametrize(
    ("unfit", "where"),
    [
        ({"restrictions": {"start_time": "08:00"}}, "elements.0.restrictions.start_time"),
        ({"restrictions": {"min_kwh": 20}}, "elements.0.restrictions.min_kwh"),
        ({"price_components": [{"type": "TIME", "price": 1}]}, "TIME and PARKING_TIME"),
        ({"price_components": [{"type": "FLAT", "price": -1}]}, "price_components.0.price"),
        ({"price_components": [{"type": "FLAT", "price": "0.00001"}]}, "price_components.0.price"),
        ({"restrictions": {"min_duration": 60}}, "elements.0.price_components.0.type: ENERGY"),
    ],
)
def test_what_cannot_be_rated_is_refused(
    program: ChargingProgram, site_id: str, unfit: dict[str, Any], where: str
) -> None:
    wanted = {"currency": "EUR", "elements": [TWICE["elements"][0] | unfit]}
    answer = program.api.put(f"/sites/{site_id}/tariff", json=wanted)
    assert answer.status_code == 422, answer.text
    assert where in answer.json()["detail"]
    assert program.api.get(f"/sites/{site_id}/tariff").status_code == 404


def test_only_public_sites_have_a_tariff(program: ChargingProgram, site_id: str) -> None:
    path = f"/sites/{site_id}"
    program.api.put(f"{path}/tariff", json=AS_TOLD).raise_for_status()
    program.api.put(path, json=SITE | {"kind": "workplace"}).raise_for_status()
    answer = program.api.put(f"{path}/tariff", json=AS_TOLD)
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert "workplace" in answer.json()["detail"]


def test_a_site_goes_with_its_tariffs(program: ChargingProgram) -> None:
    program.api.put("/sites/kiosk", json=SITE).raise_for_status()
    program.api.put("/sites/kiosk/tariff", json=AS_TOLD).raise_for_status()
    assert program.api.delete("/sites/kiosk").status_code == 204


async def test_a_session_is_paid_by_what_was_published_when_it_began(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    path = f"/sites/{site_id}/tariff"
    program.api.put(path, json=AS_TOLD).raise_for_status()
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        asked = await station.call("Authorize", idToken=TERMINAL)
        OCPP_2_0_1.check("AuthorizeResponse", asked)
        assert asked["idTokenInfo"]["personalMessage"] == PRICE
        started = await tell(station, begun("t-1", datetime.now(UTC)))
        assert started["idTokenInfo"]["personalMessage"] == PRICE
        program.api.put(path, json=TWICE).raise_for_status()
        at = datetime.now(UTC)
        assert await tell(station, event("Updated", 1, at, meter=1000)) == {"totalCost": 0.59}
        [active] = program.get("/sessions", station_id=station_id, ad_hoc="true")["items"]
        assert active["cost"] == {"currency": "EUR", "amount": "0.59", "tariff_version": 1}
        assert await tell(station, event("Ended", 2, at, meter=2000)) == {"totalCost": 1.18}
        over = await tell(station, begun("t-2", datetime.now(UTC)))
        assert over["idTokenInfo"]["personalMessage"]["content"] == "1.18 EUR/kWh; incl. VAT"
    [new, old] = program.get("/sessions", station_id=station_id)["items"]
    assert old["cost"] == {"currency": "EUR", "amount": "1.18", "tariff_version": 1}
    assert new["cost"]["tariff_version"] == 2
    assert program.get("/sessions", station_id=station_id, ad_hoc="false")["items"] == []


def published_since(program: ChargingProgram, site_id: str, days: int) -> None:
    """All that was published so far, as many days earlier."""
    with psycopg.connect(program.database.conninfo) as connection:
        connection.execute(
            "update site_tariff set set_at = set_at - make_interval(days => %s) where site_id = %s",
            (days, site_id),
        )


async def test_what_is_told_late_is_paid_by_what_was_published_then(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    published_since(program, site_id, 3)
    program.api.put(f"/sites/{site_id}/tariff", json=TWICE).raise_for_status()
    at = datetime.now(UTC) - timedelta(days=2)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        started = await tell(station, begun("t-1", at) | {"offline": True})
        assert started["idTokenInfo"]["personalMessage"] == PRICE
        later = event("Updated", 1, at + timedelta(hours=4), meter=1000, offline=True)
        said = {"totalCost": 0.59, "updatedPersonalMessage": LATER}
        assert await tell(station, later) == said
        over = event("Ended", 2, at + timedelta(hours=5), meter=1000, offline=True)
        assert await tell(station, over) == {"totalCost": 6.59}
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["cost"] == {"currency": "EUR", "amount": "6.59", "tariff_version": 1}


async def test_an_end_that_an_operator_tells_costs_as_any_other(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    at = datetime.now(UTC)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await tell(station, begun("t-1", at))
    [session] = program.get("/sessions", station_id=station_id)["items"]
    over = {"ended_at": datetime.now(UTC).isoformat(), "meter_stop_wh": 1000}
    program.api.post(f"/sessions/{session['id']}/end", json=over).raise_for_status()
    assert program.get(f"/sessions/{session['id']}")["cost"]["amount"] == "0.59"


def test_a_simulated_station_shows_what_it_was_told(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    published_since(program, site_id, 1)
    words = ["--key", KEY, "--station", station_id, "--version", "2.0.1", "--token", "TERMINAL"]
    done = subprocess.run(  # noqa: S603 — our own module
        [sys.executable, "-m", "simulator", program.stations_url, *words],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[1] == f"{station_id} shows: {PRICE['content']} / 12.98 in all"


async def test_what_began_before_the_first_tariff_has_no_price(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    long_ago = datetime.now(UTC) - timedelta(days=3)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        started = await tell(station, begun("t-1", long_ago))
        assert "personalMessage" not in started["idTokenInfo"]
        at = long_ago + timedelta(hours=1)
        assert await tell(station, event("Ended", 1, at, meter=900)) == {}
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["cost"] is None


async def test_a_payer_who_is_known_later(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    stranger = {"idToken": "STRANGER", "type": "Central"}
    at = datetime.now(UTC)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await tell(station, begun("t-1", at, uid=stranger))
        assert await tell(station, event("Updated", 1, at, meter=1000)) == {}
        named = await tell(station, event("Updated", 2, at, idToken=TERMINAL, meter=1000))
        assert named["idTokenInfo"]["personalMessage"] == PRICE
        assert named["totalCost"] == 0.59
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["token_uid"] == "TERMINAL"
    assert session["cost"]["tariff_version"] == 1


async def test_nobody_else_hears_of_a_price(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    """Not a contract's card, and not the ad hoc token of another company, which has its price."""
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    with program.signed_in(Persona.OPERATOR, "westwind") as other:
        other.put("/tokens/WEST1", json={"driver": "W", "ad_hoc": True}).raise_for_status()
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        for number, uid in enumerate(("CARD1", "WEST1")):
            card = {"idToken": uid, "type": "Central"}
            answer = await station.call("Authorize", idToken=card)
            assert answer["idTokenInfo"]["status"] == "Accepted"
            assert "personalMessage" not in answer["idTokenInfo"]
            at = datetime.now(UTC)
            assert "personalMessage" not in str(await tell(station, begun(f"t-{number}", at, card)))
            over = event("Ended", 1, at, tx=f"t-{number}", meter=1000)
            assert await tell(station, over) == {}
    sessions = program.get("/sessions", station_id=station_id)["items"]
    assert [session["cost"] for session in sessions] == [None, None]


async def test_amounts_are_in_the_currency_of_the_station(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    francs = {
        "component": {"name": "TariffCostCtrlr"},
        "variable": {"name": "Currency"},
        "variableAttribute": [{"value": "chf", "mutability": "ReadWrite"}],
    }
    at = datetime.now(UTC)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        report = {"requestId": 1, "generatedAt": at.isoformat(), "seqNo": 0}
        await station.call("NotifyReport", **report, reportData=[francs])
        answer = await tell(station, begun("t-1", at))
        assert answer["idTokenInfo"]["personalMessage"] == PRICE
        assert await tell(station, event("Ended", 1, at, meter=1000)) == {}
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["cost"]["amount"] == "0.59"


async def test_in_1_6_the_cost_is_known_and_not_told(
    program: ChargingProgram, station_id: str, site_id: str
) -> None:
    program.api.put(f"/sites/{site_id}/tariff", json=AS_TOLD).raise_for_status()
    at = datetime.now(UTC).isoformat()
    async with connected(program, station_id) as station:
        transaction = await station.start("TERMINAL", 0, at=at)
        assert await station.stop(transaction, 1000, at=at) == {}
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["cost"]["amount"] == "0.59"
