"""Commands to many stations, and commands that wait for a station."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.charging.program import ChargingProgram
from tests.charging.station import NOW, Station, connected

pytestmark = pytest.mark.integration

RESET = {"action": "Reset", "request": {"type": "Soft"}}
FIRMWARE = {"location": "https://firmware.example/2.bin", "retrieveDate": "2026-03-01T06:00:00Z"}


def begin(program: ChargingProgram, **wanted: object) -> str:
    answer = program.api.post("/campaigns", json={"name": "test", **wanted})
    assert answer.status_code == 202, answer.text
    campaign_id: str = answer.json()["id"]
    assert answer.headers["Location"].endswith(f"/campaigns/{campaign_id}")
    return campaign_id


async def until(program: ChargingProgram, campaign_id: str, **wanted: object) -> dict[str, Any]:
    while True:
        campaign: dict[str, Any] = program.get(f"/campaigns/{campaign_id}")
        if wanted.items() <= campaign.items():
            return campaign
        await asyncio.sleep(0.05)


def tasks(program: ChargingProgram, campaign_id: str) -> dict[str, tuple[Any, ...]]:
    found = program.get(f"/campaigns/{campaign_id}/tasks")["items"]
    return {task["station_id"]: (task["wave"], task["state"], task["outcome"]) for task in found}


async def answer(station: Station, payload: dict[str, Any]) -> str:
    _, message_id, action, _ = await station.receive()
    await station.websocket.send(json.dumps([3, message_id, payload]))
    return str(action)


@asynccontextmanager
async def all_connected(program: ChargingProgram, ids: list[str]) -> AsyncIterator[list[Station]]:
    program.register(*ids)
    async with AsyncExitStack() as stack:
        stations = [await stack.enter_async_context(connected(program, name)) for name in ids]
        for station in stations:
            await station.call("Heartbeat")
        yield stations


async def test_waves_begin_one_after_the_other(program: ChargingProgram) -> None:
    ids = [f"WAVE{number}" for number in range(5)]
    async with all_connected(program, ids[:4]) as stations:
        program.register(ids[4])
        campaign_id = begin(program, **RESET, stations=ids, wave_size=2)
        for station in stations[:2]:
            await answer(station, {"status": "Accepted"})
        assert await answer(stations[2], {"status": "Rejected"}) == "Reset"
        assert tasks(program, campaign_id)[ids[4]] == (3, "waiting", None)
        await stations[3].receive()
        sent = await until(program, campaign_id, succeeded=2, failed=1, under_way=1, waiting=1)
        assert sent["state"] == "running"
        await stations[3].websocket.close()
        over = await until(program, campaign_id, state="done")
    assert (over["tasks"], over["succeeded"], over["failed"]) == (5, 2, 3)
    assert tasks(program, campaign_id) == {
        ids[0]: (1, "answered", "succeeded"),
        ids[1]: (1, "answered", "succeeded"),
        ids[2]: (2, "answered", "failed"),
        ids[3]: (2, "unanswered", "failed"),
        ids[4]: (3, "undelivered", "failed"),
    }
    failed = program.get(f"/campaigns/{campaign_id}/tasks", outcome="failed", limit="2")
    rest = program.get(
        f"/campaigns/{campaign_id}/tasks", outcome="failed", cursor=failed["next_cursor"]
    )
    assert [task["station_id"] for task in failed["items"] + rest["items"]] == ids[2:]


async def test_too_many_failures_stop_a_campaign(program: ChargingProgram) -> None:
    ids = [f"STOP{number}" for number in range(3)]
    program.register(*ids)
    campaign_id = begin(program, **RESET, stations=ids, wave_size=1, most_failures=1)
    stopped = await until(program, campaign_id, state="stopped")
    assert (stopped["failed"], stopped["waiting"], stopped["reason"]) == (2, 1, "2 tasks failed")


async def test_firmware_is_there_when_the_station_says_so(program: ChargingProgram) -> None:
    ids = ["FIRM1", "FIRM2", "FIRM3"]
    async with all_connected(program, ids) as stations:
        campaign_id = begin(
            program, action="UpdateFirmware", request=FIRMWARE, stations=ids, wave_size=2
        )
        for station in stations[:2]:
            assert await answer(station, {}) == "UpdateFirmware"
            await station.call("FirmwareStatusNotification", status="Downloading")
        await until(program, campaign_id, under_way=2)
        for station, status in zip(stations, ("Installed", "InstallationFailed"), strict=False):
            await station.call("FirmwareStatusNotification", status=status)
        assert await answer(stations[2], {}) == "UpdateFirmware"
        stopped = program.api.post(f"/campaigns/{campaign_id}/stop").json()
        assert (stopped["state"], stopped["reason"]) == ("stopped", "by an operator")
        assert (stopped["succeeded"], stopped["failed"]) == (1, 1)


async def test_no_station_stops_campaigns_by_what_it_says(program: ChargingProgram) -> None:
    ids = ["NUL1", "NUL2"]
    async with all_connected(program, ids) as stations:
        for wanted in (RESET, {"action": "UpdateFirmware", "request": FIRMWARE}):
            campaign_id = begin(program, **wanted, stations=ids)
            for station in stations:
                await answer(station, {"status": "Accepted", "x": "\0"})
            if wanted is not RESET:
                for station in stations:
                    await station.call("FirmwareStatusNotification", status="Installed", x="\0")
            await until(program, campaign_id, state="done", succeeded=2)
    shown = program.get(f"/campaigns/{campaign_id}/tasks")["items"][0]
    assert shown["answer"] == {"status": "Accepted", "x": "\ufffd"}
    assert program.is_running


async def test_a_command_waits_for_its_station(program: ChargingProgram, station_id: str) -> None:
    path = f"/stations/{station_id}/commands"
    held = program.api.post(path, json=RESET | {"hold_seconds": 3600}).json()
    campaign_id = begin(program, **RESET, stations=[station_id], hold_seconds=3600)
    await until(program, campaign_id, under_way=1)
    assert held["state"] == "pending"
    async with connected(program, station_id) as station:
        for _ in range(2):
            assert await answer(station, {"status": "Accepted"}) == "Reset"
        await until(program, campaign_id, state="done", succeeded=1)
    assert program.get(f"/commands/{held['id']}")["state"] == "answered"


async def test_failed_ones_are_tried_again_when_the_campaign_goes_on(
    program: ChargingProgram,
) -> None:
    ids = ["AGAIN1", "AGAIN2"]
    async with all_connected(program, ids) as stations:
        campaign_id = begin(program, **RESET, stations=ids, wave_size=1)
        path = f"/campaigns/{campaign_id}"
        _, message_id, *_ = await stations[0].receive()
        assert program.api.post(f"{path}/pause").json()["state"] == "paused"
        await stations[0].websocket.send(json.dumps([3, message_id, {"status": "Rejected"}]))
        await until(program, campaign_id, failed=1, under_way=0)
        assert program.api.post(f"{path}/retry").json()["waiting"] == 2
        assert program.api.post(f"{path}/retry").status_code == 409
        assert program.api.post(f"{path}/resume").json()["state"] == "running"
        for station in (stations[1], stations[0]):
            assert await answer(station, {"status": "Accepted"}) == "Reset"
        await until(program, campaign_id, state="done", succeeded=2)
        found = program.get(f"{path}/tasks")["items"]
        assert [(one["wave"], one["attempt"]) for one in found] == [(3, 2), (2, 1)]
        assert program.api.post(f"{path}/pause").status_code == 409


async def test_each_station_that_fits_hears_its_own_version(program: ChargingProgram) -> None:
    newer = {"requestId": 9, "firmware": {"location": "x", "retrieveDateTime": NOW}}
    document = {
        "name": "mixed",
        "action": "UpdateFirmware",
        "request": FIRMWARE,
        "others": [{"ocpp_version": "ocpp2.0.1", "action": "UpdateFirmware", "request": newer}],
        "filter": {"vendor": "Mixed", "firmware_version": "1"},
    }
    nobody = program.api.post("/campaigns", json=document)
    assert (nobody.status_code, "0 stations fit" in nobody.json()["detail"]) == (422, True)
    program.register("MIX16", "MIX201", "MIX-OTHER")
    of_16 = {"chargePointVendor": "Mixed", "chargePointModel": "M", "firmwareVersion": "1"}
    of_201 = {"vendorName": "Mixed", "model": "M", "firmwareVersion": "1"}
    async with (
        connected(program, "MIX16") as older,
        connected(program, "MIX201", version="ocpp2.0.1") as younger,
        connected(program, "MIX-OTHER") as other,
    ):
        await older.call("BootNotification", **of_16)
        await other.call("BootNotification", **of_16 | {"firmwareVersion": "2"})
        await younger.call("BootNotification", reason="PowerUp", chargingStation=of_201)
        taken = program.api.post("/campaigns", json=document)
        assert taken.status_code == 202, taken.text
        assert (taken.json()["tasks"], taken.json()["others"]) == (2, document["others"])
        assert await answer(older, {}) == "UpdateFirmware"
        assert await answer(younger, {"status": "Accepted"}) == "UpdateFirmware"
        await older.call("FirmwareStatusNotification", status="Installed")
        await younger.call("FirmwareStatusNotification", status="Installed", requestId=9)
        await until(program, taken.json()["id"], state="done", succeeded=2)


@pytest.mark.parametrize(
    ("wanted", "status", "said"),
    [
        ({"stations": ["nobody"]}, 404, "nobody"),
        ({"stations": []}, 422, "stations"),
        ({"request": {"type": "Warm"}}, 422, "type"),
        ({"ocpp_version": "ocpp0.9"}, 422, "ocpp1.6"),
        ({"action": "RemoteStartTransaction", "request": {"idTag": "X"}}, 422, "no token X"),
        ({"wave_size": 0}, 422, "wave_size"),
        ({"filter": {"model": "M"}}, 422, "either stations or filter"),
        ({"filter": {}, "stations": None}, 422, "filter"),
        ({"others": [RESET | {"ocpp_version": "ocpp1.6"}]}, 422, "one request for each version"),
        ({"action": "DataTransfer", "request": {"vendorId": "\0"}}, 422, "NUL"),
        ({"action": "DataTransfer", "request": {"vendorId": "\ud800"}}, 422, "Unicode"),
    ],
)
def test_what_is_no_campaign(
    program: ChargingProgram, station_id: str, wanted: dict[str, Any], status: int, said: str
) -> None:
    document = {"name": "x", **RESET, "stations": [station_id], **wanted}
    # Other clients can write half a character.
    body = json.dumps(document)
    headers = {"Content-Type": "application/json"}
    answer = program.api.post("/campaigns", content=body, headers=headers)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
