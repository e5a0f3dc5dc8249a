"""The configuration of stations of both versions: asked for, shown, changed, compared."""

import asyncio
from typing import Any

import psycopg
import pytest

from services.charging.domain.configuration import changed_key, setting_key, told_keys
from services.charging.domain.device_model import Place
from services.charging.domain.ocpp16.change_configuration import (
    ChangeConfiguration,
    ChangeConfigurationResponse,
)
from services.charging.domain.ocpp16.get_configuration import GetConfigurationResponse, KeyValue
from tests.charging.examples import Payload
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.official import OCPP_2_0_1
from tests.charging.program import KEY, ChargingProgram
from tests.charging.smart_charging.test_sites import site
from tests.charging.station import Station, connected
from tests.charging.test_commands import answered, issue, over

KEYS: Payload = {
    "configurationKey": [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        {"key": "AuthorizationKey", "readonly": False, "value": "DEADBEEF"},
    ],
    "unknownKey": ["LightIntensity"],
}


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (Place("", "", 0, 0, "HeartbeatInterval", ""), "HeartbeatInterval"),
        (
            Place("OCPPCommCtrlr", "", 0, 0, "HeartbeatInterval", ""),
            "OCPPCommCtrlr:HeartbeatInterval",
        ),
        (Place("EVSE", "", 1, 0, "Power", ""), "EVSE@1:Power"),
        (Place("Connector", "a", 1, 2, "Available", "now"), "Connector/a@1.2:Available/now"),
    ],
)
def test_a_setting_has_one_name(place: Place, key: str) -> None:
    assert setting_key(place) == key


def test_the_value_of_a_secret_is_never_learnt() -> None:
    told = KeyValue(key="authorizationkey", readonly=False, value="DEADBEEF")
    [learnt] = told_keys(GetConfigurationResponse(configuration_key=[told]))
    assert (learnt.value, learnt.mutability) == (None, "ReadWrite")
    change = ChangeConfiguration(key="AuthorizationKey", value="DEADBEEF")
    assert changed_key(change, ChangeConfigurationResponse(status="Accepted")) == []


@pytest.mark.parametrize(
    ("status", "learnt"),
    [
        ("Accepted", [("60", None)]),
        ("Rejected", []),
        ("RebootRequired", []),
        ("NotSupported", [(None, "Unknown")]),
    ],
)
def test_a_change_is_learnt_when_it_is_taken(status: Any, learnt: list[Any]) -> None:
    change = ChangeConfiguration(key="HeartbeatInterval", value="60")
    values = changed_key(change, ChangeConfigurationResponse(status=status))
    assert [(value.value, value.mutability) for value in values] == learnt


def settings(program: ChargingProgram, station_id: str) -> dict[str, tuple[str | None, bool]]:
    shown = program.get(f"/stations/{station_id}/configuration")
    return {one["key"]: (one["value"], one["readonly"]) for one in shown["settings"]}


async def put(
    program: ChargingProgram, station_id: str, key: str, value: str, **headers: str
) -> Any:
    path = f"/stations/{station_id}/configuration/{key}"
    return await asyncio.to_thread(
        program.api.put, path, json={"value": value}, headers={"If-Match": "*"} | headers
    )


async def asked(
    program: ChargingProgram, station: Station, station_id: str, keys: Payload = KEYS
) -> None:
    """An operator asks for all keys; the program's own question is a minute away."""
    command = await issue(program, station_id, "GetConfiguration", {})
    assert await answered(station, 3, keys) == ("GetConfiguration", {})
    await over(program, command["id"])


@pytest.mark.integration
async def test_a_station_of_1_6_tells_its_keys_and_takes_a_change(
    program: ChargingProgram, station_id: str
) -> None:
    path = f"/stations/{station_id}/configuration"
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        assert settings(program, station_id) == {}
        await asked(program, station, station_id)
        assert settings(program, station_id) == {
            "AuthorizationKey": (None, False),
            "HeartbeatInterval": ("300", False),
            "NumberOfConnectors": ("2", True),
        }
        answer = program.api.get(path)
        assert answer.json()["unknown_keys"] == ["LightIntensity"]
        tag = answer.headers["ETag"]
        for known in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            headers = {"If-None-Match": known}
            assert program.api.get(path, headers=headers).status_code == 304
        assert program.api.get(path, headers={"If-None-Match": '"x"'}).status_code == 200

        change = await put(program, station_id, "heartbeatinterval", "60", **{"If-Match": tag})
        assert change.status_code == 202
        told = ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"})
        assert await answered(station, 3, {"status": "Accepted"}) == told
        await over(program, change.json()["id"])
        assert settings(program, station_id)["HeartbeatInterval"] == ("60", False)
        stale = await put(program, station_id, "HeartbeatInterval", "61", **{"If-Match": tag})
        assert stale.status_code == 412
        secret = await put(program, station_id, "AuthorizationKey", "DEADBEEF")
        assert secret.status_code == 422
    for shown in (path, f"/stations/{station_id}/commands"):
        assert "DEADBEEF" not in program.api.get(shown).text


@pytest.mark.integration
async def test_stations_are_asked_after_they_have_booted(
    program: ChargingProgram, station_id: str
) -> None:
    newer = f"{station_id}-2.0.1"
    program.register(newer)
    async with (
        connected(program, station_id) as station,
        connected(program, newer, version="ocpp2.0.1") as newer_station,
    ):
        await station.call("BootNotification", chargePointVendor="V", chargePointModel="M")
        await newer_station.call("BootNotification", **MESSAGES["BootNotification"])
        with psycopg.connect(program.database.conninfo) as connection:
            connection.execute(
                "update station set booted_at = booted_at - interval '1 hour' where id = any(%s)",
                ([station_id, newer],),
            )
        assert await answered(station, 3, KEYS) == ("GetConfiguration", {})
        while len(settings(program, station_id)) < 3:
            await asyncio.sleep(0.02)
        action, request = await answered(newer_station, 3, {"status": "Accepted"})
        assert (action, request["reportBase"]) == ("GetBaseReport", "FullInventory")
        OCPP_2_0_1.check("GetBaseReportRequest", request)
        report = MESSAGES["NotifyReport"] | {"requestId": request["requestId"]}
        await newer_station.call("NotifyReport", **report)
        assert len(settings(program, newer)) == 1


@pytest.mark.integration
async def test_a_station_of_2_0_1_has_its_device_model(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id, version="ocpp2.0.1") as station:
        await station.call("NotifyReport", **MESSAGES["NotifyReport"])
        [(key, (_, readonly))] = settings(program, station_id).items()
        assert readonly is True
        change = await put(program, station_id, key, "Unavailable")
        assert change.status_code == 202, change.text
        action, request = await answered(
            station,
            3,
            {
                "setVariableResult": [
                    {
                        **{
                            name: MESSAGES["NotifyReport"]["reportData"][0][name]
                            for name in ("component", "variable")
                        },
                        "attributeStatus": "Accepted",
                    }
                ]
            },
        )
        assert (action, request["setVariableData"][0]["attributeValue"]) == (
            "SetVariables",
            "Unavailable",
        )
        await over(program, change.json()["id"])
        assert settings(program, station_id)[key] == ("Unavailable", True)
        unknown = await put(program, station_id, "Nothing:Known", "1")
        assert unknown.status_code == 404


@pytest.mark.integration
async def test_two_stations_are_compared(program: ChargingProgram, station_id: str) -> None:
    other = f"{station_id}b"
    program.register(other)
    for one in (station_id, other):
        async with connected(program, one) as station:
            await station.call("Heartbeat")
            await asked(program, station, one)
            if one == other:
                change = await put(program, one, "HeartbeatInterval", "60")
                await answered(station, 3, {"status": "Accepted"})
                await over(program, change.json()["id"])
    compared = program.get(f"/stations/{station_id}/configuration-differences/{other}")
    differs = [{"key": "HeartbeatInterval", "value": "300", "other_value": "60"}]
    assert compared["differences"] == differs


@pytest.mark.integration
async def test_stations_of_a_site_are_compared_with_one(
    program: ChargingProgram, station_id: str
) -> None:
    site_id = site(program, station_id)
    same, other, silent = (f"{station_id}{name}" for name in ("a", "b", "c"))
    more = [{"id": one, "site_id": site_id, "key": KEY} for one in (same, other, silent)]
    program.api.post("/stations", json=more).raise_for_status()
    # What a station cannot be set to may differ.
    keys = {
        station_id: {"HeartbeatInterval": "300"},
        same: {"heartbeatinterval": "300", "NumberOfConnectors": "1"},
        other: {"HeartbeatInterval": "60", "NumberOfConnectors": "1", "ClockAlignedData": "9"},
    }
    for one, told in keys.items():
        async with connected(program, one) as station:
            await station.call("Heartbeat")
            answer = [
                {"key": key, "readonly": key == "NumberOfConnectors", "value": value}
                for key, value in told.items()
            ]
            await asked(program, station, one, {"configurationKey": answer})
    path = f"/stations/{station_id}/configuration-differences"
    deviations = program.get(path, site_id=site_id)
    assert deviations["items"] == [
        {
            "station_id": other,
            "differences": [
                {"key": "ClockAlignedData", "value": None, "other_value": "9"},
                {"key": "HeartbeatInterval", "value": "300", "other_value": "60"},
            ],
        },
        {"station_id": silent, "differences": None},
    ]
    page = program.get(path, site_id=site_id, limit="2")
    assert (page["items"], page["next_cursor"]) == ([], same)
    assert program.get(path, site_id=site_id, cursor=same)["items"] == deviations["items"]
