"""Programs of partners: what they may, and what they see."""

import asyncio
import json
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
from tests.charging.companies import NORDWIND, SITE, TOKEN, Company, operations
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected

pytestmark = pytest.mark.integration


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
