"""Companies in one program: none sees or changes what is another's, by whatever route.

The routes are those of the OpenAPI description: one that is not covered here fails.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from contracts.partners import PartnerScope
from contracts.personas import Persona
from contracts.routes import CHARGING_API
from services.charging.entrypoints.rest.machines import NEEDED
from tests.charging.aws import OPERATORS, Aws
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected
from tests.charging.tariffs.tariffs import AS_TOLD as AFIR

pytestmark = pytest.mark.integration

NORDWIND = {
    "site_id": "nordwind-depot",
    "station_id": "nordwind-1",
    "uid": "NORDWIND1",
    "key": "HeartbeatInterval",
    "other_id": "nordwind-1",
    "reservation_id": str(UUID(int=7)),
}
"""What one company has, by the parameters' names in paths; sessions and commands come with it."""

SITE = {"name": "nordwind", "kind": "workplace", "time_zone": "Europe/Berlin"}
STATION = {"site_id": "suedwind-depot", "connectors": 1, "key": KEY}
LIMIT = {"l1": 16, "l2": 16, "l3": 16}
TOKEN = {"driver": "Ada of nordwind", "driver_id": "ada"}
OWN_SESSION = {"connector_id": 1, "started_at": "2026-03-01T05:00:00Z", "meter_start_wh": 0}
RESET = {"action": "Reset", "request": {"type": "Soft"}}

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
TOLD = (
    "NotifyReport",
    "NotifyMonitoringReport",
    "NotifyEVChargingNeeds",
    "NotifyChargingLimit",
    "ReportChargingProfiles",
)
"""What is kept of stations of OCPP 2.0.1, and shown."""


class Company:
    """Whoever of a company may ask a route."""

    def __init__(self, operator: httpx.Client, driver: httpx.Client) -> None:
        self.operator = operator
        self.driver = driver

    def ask(self, method: str, path: str, json: object = None) -> httpx.Response:
        person = self.driver if path.startswith("/driver/") else self.operator
        if path.endswith("/events"):
            return self.events(person, path)
        if isinstance(json, str):
            csv = {"Content-Type": "text/csv"}
            return person.request(method, path, content=json, headers=csv)
        return person.request(method, path, json=json)

    @staticmethod
    def events(person: httpx.Client, path: str) -> httpx.Response:
        """Those of a week, until there is nothing new."""
        text = ""
        with person.stream("GET", path, headers={"Last-Event-ID": "0-0"}) as answer:
            for line in answer.iter_lines() if answer.is_success else []:
                if line.startswith(":"):
                    break
                text += line
        return httpx.Response(answer.status_code, text=text)


@contextmanager
def company(program: ChargingProgram, name: str, driver: str) -> Iterator[Company]:
    with (
        program.signed_in(Persona.OPERATOR, name) as operator,
        program.signed_in(Persona.DRIVER, name, subject=driver) as person,
    ):
        yield Company(operator, person)


@pytest.fixture
def nordwind(program: ChargingProgram) -> Iterator[Company]:
    with company(program, "nordwind", "ada") as people:
        yield people


@pytest.fixture
def suedwind(program: ChargingProgram) -> Iterator[Company]:
    with company(program, "suedwind", "bob") as people:
        site = SITE | {"name": "suedwind"}
        people.operator.put("/sites/suedwind-depot", json=site).raise_for_status()
        token = {"driver": "Bob", "driver_id": "bob"}
        people.operator.put("/tokens/SUEDWIND1", json=token).raise_for_status()
        yield people


@pytest.fixture
def theirs(program: ChargingProgram, nordwind: Company) -> dict[str, str]:
    """The ids of one thing of each kind that nordwind has."""
    operator = nordwind.operator
    station = {"id": "nordwind-1", "site_id": "nordwind-depot", "connectors": 1, "key": KEY}
    operator.put("/sites/nordwind-depot", json=SITE | {"kind": "public"}).raise_for_status()
    operator.put("/sites/nordwind-depot/tariff", json=AFIR).raise_for_status()
    operator.put("/sites/nordwind-depot", json=SITE).raise_for_status()
    operator.post("/stations", json=[station]).raise_for_status()
    operator.put("/tokens/NORDWIND1", json=TOKEN).raise_for_status()
    began = datetime.now(UTC).isoformat()
    asyncio.run(say_something(program))
    with psycopg.connect(program.database.conninfo) as connection:
        connection.execute(
            """
            insert into station_certificate (id, station_id, serial, chain, request_digest,
                not_before, not_after)
            values (gen_random_uuid(), 'nordwind-1', '1', 'of nordwind', '', now(), now())
            on conflict do nothing
            """
        )
        connection.execute(
            """
            insert into reservation (id, company_id, station_id, connector_id, token_uid,
                expires_at, state)
            values (%s, 'nordwind', 'nordwind-1', 1, 'NORDWIND1', now(), 'expired')
            on conflict do nothing
            """,
            (NORDWIND["reservation_id"],),
        )
    operator.put("/sites/nordwind-depot/limits", json={"connection": LIMIT}).raise_for_status()
    sun = [{"begins_at": began, "surplus_w": 5000}]
    operator.post("/sites/nordwind-depot/surplus", json=sun).raise_for_status()
    while operator.get("/sites/nordwind-depot/plan").status_code == 404:
        time.sleep(0.02)
    while operator.get("/stations/nordwind-1").json()["online"]:
        time.sleep(0.02)
    while len(operator.get("/messages", params={"since": began}).json()["items"]) < 8:
        time.sleep(0.02)
    known = {"tokens": ["NORDWIND1"]}
    operator.put("/stations/nordwind-1/local-list", json=known).raise_for_status()
    command = operator.post("/stations/nordwind-1/commands", json=RESET).json()
    wanted = RESET | {"name": "nordwind", "stations": ["nordwind-1"]}
    campaign = operator.post("/campaigns", json=wanted).json()
    while operator.get(f"/campaigns/{campaign['id']}").json()["state"] == "running":
        time.sleep(0.02)
    [session] = operator.get("/sessions", params={"limit": 1}).json()["items"]
    path = f"/sessions/{session['id']}/preferences"
    operator.put(path, json={"priority": 1}).raise_for_status()
    [stop] = operator.get("/waiting-stops", params={"limit": 1}).json()["items"]
    ids = {"session_id": session["id"], "command_id": command["id"], "campaign_id": campaign["id"]}
    return NORDWIND | ids | {"stop_id": str(stop["id"])}


async def say_something(program: ChargingProgram) -> None:
    """All that a station may say and callers may read."""
    async with connected(program, "nordwind-1") as station:
        await station.call("BootNotification", chargePointVendor="long " * 9, chargePointModel="M")
        await station.call("DiagnosticsStatusNotification", status="Idle")
        sample = {"value": "1", "by": "the meter of Nordwind"}
        value = {"timestamp": "2026-03-01T06:00:00Z", "sampledValue": [sample]}
        transaction_id = await station.start("NORDWIND1")
        await station.call(
            "MeterValues", connectorId=1, transactionId=transaction_id, meterValue=[value]
        )
        stop = {"meterStop": 1, "timestamp": "2026-03-01T06:00:00Z", "idTag": "STRANGER"}
        await station.call("StopTransaction", transactionId=-1, **stop)
    async with connected(program, "nordwind-1", version="ocpp2.0.1") as station:
        for action in TOLD:
            report = json.dumps(MESSAGES[action]).replace('"EVSE"', '"Nordwind"')
            await station.call(action, **json.loads(report))


def operations(program: ChargingProgram) -> list[tuple[str, str]]:
    """Method and path of every route."""
    described = program.get("/openapi.json")["paths"]
    return [
        (method.upper(), path.removeprefix(CHARGING_API))
        for path, methods in described.items()
        for method in methods
    ]


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
    tokens = suedwind.operator.get("/tokens").json()["items"]
    assert [token["uid"] for token in tokens] == ["SUEDWIND1"]


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


def test_a_machine_may_only_what_its_scopes_open(program: ChargingProgram, aws: Aws) -> None:
    nobody = dict.fromkeys(("session_id", "command_id", "campaign_id"), str(UUID(int=0)))
    ids = NORDWIND | nobody | {"stop_id": "0"}

    def said(machine: httpx.Client, route: str) -> str | None:
        method, path = route.split()
        answer = machine.request(method, path.format_map(ids))
        assert answer.status_code == 403, route
        lacks: str | None = answer.headers.get("WWW-Authenticate")
        return lacks

    with program.bearing(aws.machine_token()) as machine:
        for method, path in operations(program):
            lacks = said(machine, f"{method} {path}")
            assert (lacks is not None) == (f"{method} {path}" in NEEDED), path
    for held in PartnerScope:
        with program.bearing(aws.machine_token(f"partners/{held}")) as machine:
            for route, needed in NEEDED.items():
                if not needed <= {held}:
                    assert "insufficient_scope" in str(said(machine, route)), (held, route)


def test_a_machine_deals_with_one_company_alone(
    program: ChargingProgram, theirs: dict[str, str], suedwind: Company, aws: Aws
) -> None:
    every = [f"partners/{scope}" for scope in PartnerScope]
    with program.bearing(aws.machine_token(*every)) as machine:
        for route in NEEDED:
            method, path = route.split()
            if method == "GET" and path != "/events":
                answer = machine.get(path.format_map(theirs))
                assert answer.status_code == 200, (path, answer.text)
                assert "nordwind" in answer.text.lower(), path
                assert "suedwind" not in answer.text.lower(), path
        assert machine.put("/tokens/SUEDWIND1", json=TOKEN).status_code == 409
        entered = machine.put("/tokens/NORDWIND2", json=TOKEN)
        assert entered.status_code in (200, 201), entered.text
        start = {"token_uid": "SUEDWIND1"}
        assert machine.post("/stations/nordwind-1/remote-start", json=start).status_code == 404
    assert suedwind.operator.get("/tokens/NORDWIND2").status_code == 404


def test_a_machine_sees_nobodys_home_nor_who_charges_there(
    program: ChargingProgram, theirs: dict[str, str], nordwind: Company, aws: Aws
) -> None:
    home = {"id": "nordwind-zoe", "site_id": "nordwind-zoes", "key": KEY, "driver_id": "zoe"}
    nordwind.operator.put("/sites/nordwind-zoes", json=SITE | {"kind": "home"}).raise_for_status()
    nordwind.operator.post("/stations", json=[home]).raise_for_status()
    asyncio.run(begin(program, "nordwind-zoe"))
    [session] = nordwind.operator.get("/sessions", params={"station_id": home["id"]}).json()[
        "items"
    ]
    shown = ("/sites", "/stations", "/sessions", "/events")
    path = f"/sessions/{session['id']}"
    of_session = (path, f"{path}/meter-values", f"{path}/signed-values")
    hidden = ("/sites/nordwind-zoes", "/stations/nordwind-zoe", *of_session)
    every = [f"partners/{scope}" for scope in PartnerScope]
    with program.bearing(aws.machine_token(*every)) as client:
        machine = Company(client, client)
        for path in shown:
            assert machine.ask("GET", path).status_code == 200, path
            assert "zoe" not in machine.ask("GET", path).text, path
            assert session["id"] not in machine.ask("GET", path).text, path
        for path in hidden:
            assert machine.ask("GET", path).status_code == 404, path
        wish = f"/sessions/{session['id']}/preferences"
        assert machine.ask("PUT", wish, {"priority": 9}).status_code == 404
        assert machine.ask("PUT", f"/sessions/{theirs['session_id']}/preferences", {}).is_success
    assert "zoe" in nordwind.ask("GET", "/events").text


async def begin(program: ChargingProgram, station_id: str) -> None:
    async with connected(program, station_id) as station:
        transaction_id = await station.start("NORDWIND1")
        await station.meter(transaction_id, "1001")


def test_only_operators_see_homes_of_others_and_numbers_of_modems(
    program: ChargingProgram, theirs: dict[str, str], nordwind: Company, aws: Aws
) -> None:
    home = {"id": "nordwind-eve", "site_id": "nordwind-eves", "key": KEY, "driver_id": "eve"}
    nordwind.operator.put("/sites/nordwind-eves", json=SITE | {"kind": "home"}).raise_for_status()
    nordwind.operator.post("/stations", json=[home]).raise_for_status()
    boot = {"firmware": "F", "imsi": "262", "chargingStation": {"modem": {"imsi": "262"}}}
    with psycopg.connect(program.database.conninfo) as connection:
        connection.execute(
            "update station set boot = %s where id = %s", (json.dumps(boot), theirs["station_id"])
        )
    path = f"/stations/{theirs['station_id']}"
    assert nordwind.operator.get(path).json()["boot"] == boot
    assert nordwind.operator.get("/stations/nordwind-eve").status_code == 200
    with program.bearing(aws.machine_token("partners/stations.read")) as machine:
        assert machine.get("/stations/nordwind-eve").status_code == 404
        assert "eve" not in machine.get("/stations").text
        shown = [machine.get(path).json()["boot"], nordwind.driver.get("/driver/stations").json()]
    assert shown[0] == {"firmware": "F", "chargingStation": {}}
    assert "262" not in str(shown)


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ({"client": "another"}, 401),
        ({"token_use": "id"}, 401),
        ({"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_another"}, 401),
        ({"exp": datetime(2026, 1, 1, tzinfo=UTC)}, 401),
        ({"scope": "others/stations.read stations.read"}, 403),
        ({"cognito:groups": [Persona.ADMINISTRATOR], "scope": ""}, 403),
        ({"client": OPERATORS}, 403),
        ({}, 200),
    ],
)
def test_a_machine_is_who_it_says(
    program: ChargingProgram, aws: Aws, token: dict[str, Any], status: int
) -> None:
    with program.bearing(aws.machine_token("partners/stations.read", **token)) as machine:
        assert machine.get("/stations").status_code == status


def test_the_description_says_what_is_for_machines(program: ChargingProgram) -> None:
    described = {
        f"{method.upper()} {path.removeprefix(CHARGING_API)}": one["Machine"]
        for path, methods in program.get("/openapi.json")["paths"].items()
        for method, operation in methods.items()
        for one in operation.get("security", [])
        if "Machine" in one
    }
    assert described == {
        route: sorted(f"partners/{scope}" for scope in needed) for route, needed in NEEDED.items()
    }


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
    async with connected(program, station_id) as socket:
        answer = await socket.call("Authorize", idTag="SUEDWIND1")
        start = await socket.call(
            "StartTransaction",
            connectorId=1,
            idTag="suedwind1",
            meterStart=0,
            timestamp="2026-03-01T06:00:00Z",
        )
    assert [said["idTagInfo"]["status"] for said in (answer, start)] == [status, status]
    [session] = nordwind.operator.get("/sessions", params={"station_id": station_id}).json()[
        "items"
    ]
    assert session["driver_id"] is None
    assert suedwind.driver.get("/driver/sessions").json()["items"] == []
