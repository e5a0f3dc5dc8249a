"""No secret that a command tells is kept in plain."""

import asyncio
import json
from typing import Any

import psycopg
import pytest

from services.charging.adapters.sealing import NO_SEAL, Seal
from services.charging.application.ports import NotStorableError
from tests.charging.program import ChargingProgram
from tests.charging.station import connected
from tests.charging.test_commands import answered, over

SECRET = "s3cret-of-the-network"
PROFILE = {
    "configurationSlot": 1,
    "connectionData": {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://charging.example.com/ocpp",
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
        "vpn": {
            "server": "vpn.example.com",
            "user": "station",
            "password": SECRET[:20],
            "key": SECRET,
            "type": "IKEv2",
        },
    },
}
UPLOAD = {"location": f"ftp://user:{SECRET}@files.example.com/x"}


def test_what_is_sealed_opens_with_its_key_only() -> None:
    request = json.dumps(UPLOAD)
    shown, sealed = Seal("key").closed(request)
    assert SECRET not in shown
    assert sealed is not None
    assert SECRET.encode() not in sealed
    assert Seal("key").opened(shown, sealed) == request
    assert Seal("another").opened(shown, sealed) == NO_SEAL.opened(shown, sealed) == shown
    assert Seal("key").closed("{}") == ("{}", None)
    with pytest.raises(NotStorableError, match="a secret"):
        NO_SEAL.closed(request)


def _kept(program: ChargingProgram) -> list[str]:
    """All that the database has of commands, as text."""
    found: list[str] = []
    with psycopg.connect(program.database.conninfo) as connection:
        for table in ("command", "campaign", "idempotency_key", "message"):
            rows = connection.execute(f"select {table}::text from {table}")  # noqa: S608 — ours
            found += [row for (row,) in rows.fetchall()]
    return found


@pytest.mark.integration
async def test_a_network_s_secrets_are_the_station_s_alone(
    program: ChargingProgram, station_id: str
) -> None:
    path = f"/stations/{station_id}/commands"
    wanted = {"action": "SetNetworkProfile", "request": PROFILE, "hold_seconds": 60}
    headers = {"Idempotency-Key": f"network {station_id}"}
    command = program.api.post(path, json=wanted, headers=headers).json()
    assert command["state"] == "pending"
    assert SECRET not in json.dumps(command)
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        heard = await answered(station, 3, {"status": "Accepted"})
        assert heard == ("SetNetworkProfile", PROFILE)
        command = await over(program, command["id"])
    assert command["request"]["connectionData"]["vpn"]["key"] == "***"
    assert not [row for row in _kept(program) if SECRET in row]


@pytest.mark.integration
async def test_so_are_those_of_a_campaign(program: ChargingProgram, station_id: str) -> None:
    document: dict[str, Any] = {
        "name": "logs",
        "action": "GetDiagnostics",
        "request": UPLOAD,
        "stations": [station_id],
    }
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        campaign = program.api.post("/campaigns", json=document).json()
        assert SECRET not in json.dumps(campaign)
        assert await answered(station, 3, {}) == ("GetDiagnostics", UPLOAD)
        while program.get(f"/campaigns/{campaign['id']}")["state"] == "running":
            await asyncio.sleep(0.02)
    assert not [row for row in _kept(program) if SECRET in row]
    with psycopg.connect(program.database.conninfo) as connection:
        for table in ("command", "campaign"):
            sealed = connection.execute(f"select count(sealed) from {table}")  # noqa: S608 — ours
            assert sealed.fetchone() == (0,)
