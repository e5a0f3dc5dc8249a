"""Two companies in one program, and all that one of them has."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx
import psycopg

from contracts.personas import Persona
from contracts.routes import CHARGING_API
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import connected
from tests.charging.tariffs.tariffs import AS_TOLD as AFIR

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
LIMIT = {"l1": 16, "l2": 16, "l3": 16}
TOKEN = {"driver": "Ada of nordwind", "driver_id": "ada"}
RESET = {"action": "Reset", "request": {"type": "Soft"}}

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


def things_of(nordwind: Company, program: ChargingProgram) -> dict[str, str]:
    """Make one of each kind of thing for nordwind; their ids, as in `NORDWIND`."""
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
    newest = {"station_id": "nordwind-1", "limit": "1"}
    [session] = operator.get("/sessions", params=newest).json()["items"]
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
