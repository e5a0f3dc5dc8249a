"""The tokens that stations know by themselves."""

import asyncio
import json
from typing import Any

import pytest

from contracts.personas import Persona
from services.charging.domain.local_lists import Listed, LocalList, update_to
from services.charging.domain.tokens import TokenStatus
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import Station, connected

ADA, BOB, EVE = (Listed(uid, TokenStatus.ACCEPTED) for uid in ("ADA", "BOB", "EVE"))
BLOCKED_BOB = Listed("BOB", TokenStatus.BLOCKED)


def test_a_station_whose_list_is_not_known_hears_all_of_it() -> None:
    update = update_to(LocalList(3, [ADA, BOB]), None)
    assert (update.version, update.is_full, update.tokens) == (3, True, [ADA, BOB])


def test_a_station_hears_what_is_new_what_changed_and_what_is_gone() -> None:
    update = update_to(LocalList(3, [BLOCKED_BOB, EVE]), LocalList(2, [ADA, BOB]))
    assert (update.is_full, update.tokens, update.gone) == (False, [BLOCKED_BOB, EVE], ["ADA"])
    nothing = update_to(LocalList(4, [EVE]), LocalList(3, [EVE]))
    assert (nothing.is_full, nothing.tokens, nothing.gone) == (False, [], [])


async def answer(station: Station, status: str) -> dict[str, Any]:
    """The list that the station is told."""
    _, message_id, action, payload = await station.receive()
    assert action == "SendLocalList"
    await station.websocket.send(json.dumps([3, message_id, {"status": status}]))
    told: dict[str, Any] = payload
    return told


async def until(program: ChargingProgram, path: str, state: str) -> dict[str, Any]:
    while (shown := program.get(path))["state"] != state:
        await asyncio.sleep(0.02)
    found: dict[str, Any] = shown
    return found


def entry(version: str, uid: str, status: str | None = "Accepted") -> dict[str, Any]:
    if version == "ocpp1.6":
        return {"idTag": uid} | ({"idTagInfo": {"status": status}} if status else {})
    named = {"idToken": {"idToken": uid, "type": "Central"}}
    return named | ({"idTokenInfo": {"status": status}} if status else {})


@pytest.mark.integration
@pytest.mark.parametrize(
    ("version", "number"), [("ocpp1.6", "listVersion"), ("ocpp2.0.1", "versionNumber")]
)
async def test_a_list_is_told_by_differences_and_whole_where_they_fail(
    program: ChargingProgram, station_id: str, version: str, number: str
) -> None:
    path = f"/stations/{station_id}/local-list"
    program.register(station_id, tokens=("LIST1", "LIST2"))
    assert program.api.get(path).status_code == 404
    unknown = program.api.put(path, json={"tokens": ["LIST1", "NOBODYS"]})
    assert (unknown.status_code, "NOBODYS" in unknown.json()["detail"]) == (422, True)
    one, both, other = (
        [entry(version, uid) for uid in uids]
        for uids in (("LIST1",), ("LIST1", "LIST2"), ("LIST2",))
    )
    async with connected(program, station_id, version=version) as station:
        await station.call("Heartbeat")
        first = program.api.put(path, json={"tokens": ["list1"]})
        assert (first.status_code, first.headers["ETag"]) == (202, '"1"')
        told = await answer(station, "Accepted")
        assert told == {number: 1, "updateType": "Full", "localAuthorizationList": one}
        assert (await until(program, path, "accepted"))["answer"] == "Accepted"

        stale = {"If-Match": '"7"'}
        assert program.api.put(path, json={"tokens": []}, headers=stale).status_code == 412
        match = {"If-Match": '"1"'}
        program.api.put(path, json={"tokens": ["LIST2"]}, headers=match).raise_for_status()
        told = await answer(station, "VersionMismatch")
        changed = [*other, entry(version, "LIST1", None)]
        assert told == {number: 2, "updateType": "Differential", "localAuthorizationList": changed}
        told = await answer(station, "Accepted")
        assert told == {number: 2, "updateType": "Full", "localAuthorizationList": other}
        shown = await until(program, path, "accepted")
        assert (shown["version"], shown["update"]) == (2, "full")

        program.api.put(path, json={"tokens": ["LIST2", "LIST1"]}).raise_for_status()
        assert (await answer(station, "Failed"))["updateType"] == "Differential"
        assert (await answer(station, "Failed"))["updateType"] == "Full"
        refused = await until(program, path, "refused")
        assert [token["uid"] for token in refused["tokens"]] == ["LIST2", "LIST1"]
        # What it holds is not known: it hears all of it.
        program.api.put(path, json={"tokens": ["LIST1", "LIST2"]}).raise_for_status()
        told = await answer(station, "Accepted")
        assert told == {number: 4, "updateType": "Full", "localAuthorizationList": both}
        await until(program, path, "accepted")


@pytest.mark.integration
async def test_a_token_that_is_blocked_is_so_on_lists(program: ChargingProgram) -> None:
    path, uids = "/stations/blocking-1/local-list", ("BLOCK1", "BLOCK2")
    site = {"name": "Depot", "kind": "workplace", "time_zone": "Europe/Berlin"}
    new = {"id": "blocking-1", "site_id": "blocking-depot", "connectors": 1, "key": KEY}
    # A company of its own: its stations' caches are cleared as well.
    with program.signed_in(Persona.OPERATOR, "blocking") as operator:
        operator.put("/sites/blocking-depot", json=site).raise_for_status()
        operator.post("/stations", json=[new]).raise_for_status()
        for uid in uids:
            operator.put(f"/tokens/{uid}", json={"driver": "Ada"}).raise_for_status()
        async with connected(program, "blocking-1") as station:
            await station.call("Heartbeat")
            operator.put(path, json={"tokens": uids}).raise_for_status()
            await answer(station, "Accepted")
            while operator.get(path).json()["state"] != "accepted":
                await asyncio.sleep(0.02)
            blocked = {"driver": "Ada", "status": "blocked"}
            operator.put("/tokens/BLOCK2", json=blocked).raise_for_status()
            while (frame := await station.receive())[2] == "ClearCache":
                cleared = json.dumps([3, frame[1], {"status": "Accepted"}])
                await station.websocket.send(cleared)
    assert frame[3] == {
        "listVersion": 2,
        "updateType": "Differential",
        "localAuthorizationList": [entry("ocpp1.6", "BLOCK2", "Blocked")],
    }


@pytest.mark.integration
def test_a_station_that_is_not_there_is_told_nothing(
    program: ChargingProgram, station_id: str
) -> None:
    path = f"/stations/{station_id}/local-list"
    shown = program.api.put(path, json={"tokens": ["CARD1"]}).json()
    assert (shown["state"], "not connected" in shown["reason"]) == ("undelivered", True)
    long = "LONGER-THAN-AN-ID-TAG-OF-1.6"
    program.register(station_id, tokens=(long,))
    refused = program.api.put(path, json={"tokens": [long]})
    assert (refused.status_code, long in refused.json()["detail"]) == (422, True)
