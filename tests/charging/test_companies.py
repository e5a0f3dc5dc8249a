"""Companies in one program: none sees or changes what is another's, by whatever route.

The routes are those of the OpenAPI description: one that is not covered here fails.
"""

from uuid import UUID

import httpx
import pytest

from contracts.personas import Persona
from tests.charging.companies import (
    LIMIT,
    RESET,
    SITE,
    TOKEN,
    Company,
    company,
    operations,
)
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected
from tests.charging.tariffs.tariffs import AS_TOLD as AFIR

pytestmark = pytest.mark.integration

STATION = {"site_id": "suedwind-depot", "connectors": 1, "key": KEY}
OWN_SESSION = {"connector_id": 1, "started_at": "2026-03-01T05:00:00Z", "meter_start_wh": 0}

# What another company sends, and the status that it gets; a command without an answer is 404.
SENT: dict[str, tuple[object, int]] = {
    "PUT /sites/{site_id}": (SITE, 409),
    "DELETE /sites/{site_id}": (None, 404),
    "PUT /stations/{station_id}": (STATION, 409),
    "PATCH /stations/{station_id}": ({"connectors": 2}, 404),
    "DELETE /stations/{station_id}": (None, 404),
    "POST /stations": ([STATION | {"id": "suedwind-1"}, STATION | {"id": "nordwind-1"}], 409),
    "PUT /stations/{station_id}/local-list": ({"tokens": ["SUEDWIND1"]}, 404),
    "POST /reservations": (
        {
            "station_id": "nordwind-1",
            "token_uid": "SUEDWIND1",
            "expires_at": "2126-03-01T07:00:00Z",
        },
        404,
    ),
    "DELETE /reservations/{reservation_id}": (None, 404),
    "PUT /tokens/{uid}": (TOKEN, 409),
    "POST /tokens": ([TOKEN | {"uid": "SUEDWIND2"}, TOKEN | {"uid": "nordwind1"}], 409),
    "POST /stations/{station_id}/remote-start": ({"token_uid": "SUEDWIND1"}, 404),
    "POST /stations/{station_id}/remote-stop": ({"transaction_id": 1}, 404),
    "POST /stations/{station_id}/meter-keys": ({"public_key": "00" * 64}, 404),
    "PUT /stations/{station_id}/security-profile": ({"profile": 3}, 404),
    "POST /stations/{station_id}/key-rotation": (None, 404),
    "PUT /sites/{site_id}/limits": ({"connection": LIMIT}, 404),
    "PUT /sites/{site_id}/tariff": (AFIR, 404),
    "DELETE /sites/{site_id}/tariff": (None, 404),
    "POST /sites/{site_id}/surplus": ([], 404),
    "PUT /sessions/{session_id}/preferences": ({}, 404),
    "POST /sessions/{session_id}/end": (
        {"ended_at": "2026-03-01T07:00:00Z", "meter_stop_wh": 1},
        404,
    ),
    "POST /tokens/import": ("uid,driver\nSUEDWIND2,Bob\nNORDWIND1,Bob", 409),
    "POST /campaigns": (RESET | {"name": "x", "stations": ["nordwind-1"]}, 404),
    "POST /campaigns/{campaign_id}/pause": (None, 404),
    "POST /campaigns/{campaign_id}/resume": (None, 404),
    "POST /campaigns/{campaign_id}/retry": (None, 404),
    "POST /campaigns/{campaign_id}/stop": (None, 404),
    "POST /driver/sessions": ({"station_id": "nordwind-1"}, 404),
    "POST /driver/sessions/{session_id}/stop": (None, 404),
    "PUT /driver/sessions/{session_id}/preferences": ({}, 404),
    "POST /stations/{station_id}/commands": ({"action": "ClearCache"}, 404),
    "PUT /stations/{station_id}/configuration/{key}": ({"value": "60"}, 404),
    "POST /waiting-stops/{stop_id}/assign": ({"session_id": str(UUID(int=0))}, 404),
    "POST /waiting-stops/{stop_id}/close": (OWN_SESSION, 404),
}


def everything(
    people: Company, program: ChargingProgram, ids: dict[str, str]
) -> dict[str, httpx.Response]:
    """The answer of every route that reads."""
    return {
        path: people.ask("GET", path.format_map(ids))
        for method, path in operations(program)
        if method == "GET"
    }


def test_no_route_shows_or_changes_what_is_another_companys(
    program: ChargingProgram, theirs: dict[str, str], nordwind: Company, suedwind: Company
) -> None:
    tokens = suedwind.operator.get("/tokens").json()
    before = everything(nordwind, program, theirs)
    for path, answer in before.items():
        assert answer.status_code == 200, path
        assert "nordwind" in answer.text.lower(), path
    for path, answer in everything(suedwind, program, theirs).items():
        # A list of what a station has is empty, for one that is not theirs as for one unknown.
        assert answer.text == '{"items":[],"next_cursor":null}' or (
            answer.status_code == 404 if "{" in path else "nordwind" not in answer.text.lower()
        ), path
    for method, path in operations(program):
        if method != "GET":
            body, status = SENT[f"{method} {path}"]
            answer = suedwind.ask(method, path.format_map(theirs), body)
            assert answer.status_code == status, (method, path, answer.text)
    after = everything(nordwind, program, theirs)
    assert {path: answer.text for path, answer in after.items()} == {
        path: answer.text for path, answer in before.items()
    }
    # Of a list with one that is taken, none is kept.
    assert suedwind.operator.get("/stations").json()["items"] == []
    assert suedwind.operator.get("/tokens").json() == tokens


def test_a_driver_sees_nothing_of_a_colleagues(
    program: ChargingProgram, theirs: dict[str, str], nordwind: Company
) -> None:
    home = SITE | {"kind": "home"}
    nordwind.operator.put("/sites/nordwind-home", json=home).raise_for_status()
    for station_id, driver in {"nordwind-ada": "ada", "nordwind-nobodys": None}.items():
        station = {"id": station_id, "site_id": "nordwind-home", "key": KEY, "driver_id": driver}
        nordwind.operator.post("/stations", json=[station]).raise_for_status()
    with company(program, "nordwind", "carl") as people:
        session = f"/driver/sessions/{theirs['session_id']}"
        assert people.driver.get("/driver/sessions").json()["items"] == []
        assert people.driver.get("/driver/tokens").json()["items"] == []
        assert people.driver.get(session).status_code == 404
        assert people.driver.post(f"{session}/stop").status_code == 404
        start = {"station_id": "nordwind-1", "token_uid": "NORDWIND1"}
        assert people.driver.post("/driver/sessions", json=start).status_code == 404
        shown = [found(person) for person in (people.driver, nordwind.driver)]
    assert shown == [["nordwind-1"], ["nordwind-1", "nordwind-ada"]]


def found(driver: httpx.Client) -> list[str]:
    return [station["id"] for station in driver.get("/driver/stations").json()["items"]]


def test_a_route_is_for_its_personas_only(program: ChargingProgram, theirs: dict[str, str]) -> None:
    for persona in Persona:
        with program.signed_in(persona, "nordwind") as person:
            for method, path in operations(program):
                owner = Persona.DRIVER if path.startswith("/driver/") else Persona.OPERATOR
                if persona not in {owner, Persona.ADMINISTRATOR}:
                    answer = person.request(method, path.format_map(theirs))
                    assert answer.status_code == 403, (persona, method, path)


def test_whoever_is_in_two_companies_is_in_none(program: ChargingProgram) -> None:
    with program.signed_in(Persona.OPERATOR, "nordwind", "suedwind") as both:
        answer = both.get("/stations")
    assert answer.status_code == 401
    assert "nordwind" in answer.json()["detail"]


def test_a_station_stands_at_a_site_of_its_company(
    theirs: dict[str, str], suedwind: Company
) -> None:
    elsewhere = STATION | {"site_id": "nordwind-depot"}
    assert suedwind.operator.put("/stations/suedwind-9", json=elsewhere).status_code == 422


@pytest.mark.parametrize(("kind", "status"), [("workplace", "Invalid"), ("public", "Accepted")])
async def test_a_card_counts_at_the_stations_of_its_company_and_in_public(
    program: ChargingProgram, nordwind: Company, suedwind: Company, kind: str, status: str
) -> None:
    station_id = f"nordwind-{kind}"
    site = SITE | {"kind": kind}
    nordwind.operator.put(f"/sites/{station_id}-site", json=site).raise_for_status()
    station = {"id": station_id, "site_id": f"{station_id}-site", "connectors": 1, "key": KEY}
    nordwind.operator.post("/stations", json=[station]).raise_for_status()
    card = {"driver": "Bob", "driver_id": "bob"}
    suedwind.operator.put("/tokens/GUEST1", json=card).raise_for_status()
    async with connected(program, station_id) as socket:
        answer = await socket.call("Authorize", idTag="GUEST1")
        start = await socket.call(
            "StartTransaction",
            connectorId=1,
            idTag="guest1",
            meterStart=0,
            timestamp="2026-03-01T06:00:00Z",
        )
    assert [said["idTagInfo"]["status"] for said in (answer, start)] == [status, status]
    [session] = nordwind.operator.get("/sessions", params={"station_id": station_id}).json()[
        "items"
    ]
    assert session["driver_id"] is None
    assert suedwind.driver.get("/driver/sessions").json()["items"] == []
