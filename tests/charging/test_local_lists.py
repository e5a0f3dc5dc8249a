"""The tokens that stations know by themselves."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.personas import OWN_COMPANY, Persona
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.local_lists import PostgresLocalLists
from services.charging.application.commands import Commands
from services.charging.application.local_lists import LocalLists, entry_bytes, said
from services.charging.application.preconditions import WHATEVER_IS_THERE
from services.charging.application.scope import Scope
from services.charging.domain.local_lists import (
    NO_LIST,
    Entry,
    Listed,
    ListLimits,
    ListUpdate,
    Telling,
    telling,
)
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.tokens import TokenStatus
from tests.charging.company import learn_nothing
from tests.charging.program import KEY, ChargingProgram
from tests.charging.station import Station, connected
from tests.charging.test_commands import answered, issue, over

ADA, BOB, EVE = (Listed(uid, TokenStatus.ACCEPTED) for uid in ("ADA", "BOB", "EVE"))
BLOCKED_BOB = Listed("BOB", TokenStatus.BLOCKED)


UNTOLD = ListLimits()


def size(entry: Entry) -> int:
    return entry_bytes(OCPP_2_0_1, entry)


def accepted(*tokens: Listed, version: int = 2) -> Telling:
    return Telling(version=version, tokens=tokens, answer="Accepted")


def test_a_station_whose_list_is_not_known_hears_all_of_it() -> None:
    [update] = telling([ADA, BOB], NO_LIST, UNTOLD, size).updates
    assert update == ListUpdate(1, is_full=True, entries=[ADA, BOB])
    refused = Telling(version=2, tokens=[ADA], answer="Failed")
    assert telling([ADA, BOB], refused, UNTOLD, size).updates == [
        ListUpdate(3, is_full=True, entries=[ADA, BOB])
    ]


def test_a_station_hears_what_is_gone_what_is_new_and_what_changed() -> None:
    [update] = telling([BLOCKED_BOB, EVE], accepted(ADA, BOB), UNTOLD, size).updates
    assert update == ListUpdate(3, is_full=False, entries=["ADA", BLOCKED_BOB, EVE])
    [nothing] = telling([EVE], accepted(EVE, version=3), UNTOLD, size).updates
    assert nothing == ListUpdate(4, is_full=False, entries=[])


def many(count: int) -> list[Listed]:
    return [Listed(f"CARD{number}", TokenStatus.ACCEPTED) for number in range(count)]


def test_a_list_that_is_longer_than_a_message_is_told_by_several() -> None:
    told = telling(many(45), NO_LIST, UNTOLD, size)
    shapes = [(one.version, one.is_full, len(one.entries)) for one in told.updates]
    assert (told.version, shapes) == (3, [(1, True, 20), (2, False, 20), (3, False, 5)])
    limits = ListLimits(entries=30)
    told = telling(many(45), NO_LIST, limits, size)
    assert [len(one.entries) for one in told.updates] == [30, 15]
    # A difference only where it takes no more messages.
    told = telling(many(100)[60:], accepted(*many(100), version=9), limits, size)
    assert [(one.version, one.is_full) for one in told.updates] == [(10, False), (11, False)]
    told = telling(many(100)[80:], accepted(*many(100), version=9), limits, size)
    assert [(one.version, one.is_full) for one in told.updates] == [(10, True)]


def test_a_message_has_no_more_bytes_than_its_station_takes() -> None:
    limits = ListLimits(entries=1000, bytes=2000)
    told = telling(many(100), NO_LIST, limits, size)
    assert len(told.updates) > 2
    for update in told.updates:
        message = msgspec.json.encode([2, str(uuid4()), "SendLocalList", said(OCPP_2_0_1, update)])
        assert len(message) <= 2000


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (ListLimits(tokens=2), "3 tokens, of which the station holds 2"),
        (ListLimits(storage_bytes=8), "tokens of 9 characters, where the station has 8 bytes"),
        (ListLimits(bytes=210), "ADA does not fit into a message of 210 bytes"),
    ],
)
def test_a_list_for_which_a_station_has_no_room_is_not_told(limits: ListLimits, why: str) -> None:
    told = telling([ADA, BOB, EVE], accepted(ADA), limits, size)
    assert (told.version, told.asked, told.unfit) == (3, None, why)
    # What it holds is not known to be the newest list: the next one is whole.
    assert telling([ADA, BOB], told, UNTOLD, size).updates[0].is_full


class ModelStation:
    """Holds what it takes, by the standards' rules; some messages fail, some come by commands."""

    def __init__(self, holds: int) -> None:
        self.version, self.list = 0, dict[str, Listed]()
        self._holds = holds

    def takes(self, update: ListUpdate) -> str:
        if not update.is_full and update.version <= self.version:
            return "VersionMismatch"
        after = {} if update.is_full else dict(self.list)
        for entry in update.entries:
            if isinstance(entry, str):
                after.pop(entry, None)
            else:
                after[entry.uid] = entry
            if len(after) > self._holds:
                return "Failed"
        self.version, self.list = update.version, after
        return "Accepted"


@given(
    lists=st.lists(st.sets(st.sampled_from(many(12))), min_size=1, max_size=4),
    limits=st.builds(ListLimits, entries=st.none() | st.integers(1, 4)),
    news=st.lists(st.sampled_from(["told", "told", "told", "lost", "fails", "command"])),
)
def test_what_is_accepted_is_what_the_station_holds(
    lists: list[set[Listed]], limits: ListLimits, news: list[str]
) -> None:
    station, told, coming = ModelStation(12), NO_LIST, iter(news)
    for wanted in lists:
        tokens = sorted(wanted, key=lambda one: one.uid)
        told = telling(tokens, told, limits, size)
        while (asked := told.asked) is not None:
            what = next(coming, "told")
            if what == "lost":
                break
            version, is_full = asked.version, asked.is_full
            if what == "command":
                version, is_full = 1, True
                status = station.takes(ListUpdate(1, is_full=True, entries=[EVE]))
            else:
                status = "Failed" if what == "fails" else station.takes(asked)
            if what == "command" and (version, is_full) == (asked.version, asked.is_full):
                break  # Nobody can tell it from ours.
            told = told.heard(version, status, is_full=is_full, limits=limits, size=size)
        if told.answer == "Accepted":
            assert station.list == {one.uid: one for one in tokens}
            assert station.version == told.version


def test_a_list_that_is_refused_in_the_middle_begins_again_a_few_times() -> None:
    told, asked = telling(many(45), NO_LIST, UNTOLD, size), []
    while (update := told.asked) is not None:
        asked.append((update.version, update.is_full))
        status = "Accepted" if update.is_full else "Failed"
        told = told.heard(update.version, status, is_full=update.is_full, limits=UNTOLD, size=size)
    assert asked == [(1, True), (2, False)] * 3
    assert (told.answer, told.taken) == ("Failed", 1)


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
        changed = [entry(version, "LIST1", None), *other]
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


LIMITS: dict[str, list[dict[str, Any]]] = {
    "ocpp1.6": [
        {"key": "SendLocalListMaxLength", "readonly": True, "value": "2"},
        {"key": "LocalAuthListMaxLength", "readonly": True, "value": "4"},
    ],
    "ocpp2.0.1": [
        {
            "component": {"name": "LocalAuthListCtrlr"},
            "variable": {"name": name},
            "variableAttribute": [{"value": value, "mutability": "ReadOnly"}],
            "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False} | more,
        }
        for name, value, more in (
            ("ItemsPerMessage", "2", {}),
            ("BytesPerMessage", "4000", {}),
            ("Entries", "0", {"maxLimit": 4}),
        )
    ],
}


async def tell_limits(
    program: ChargingProgram, station: Station, station_id: str, version: str
) -> None:
    """What the station takes, as it tells of its configuration."""
    if version == "ocpp1.6":
        task = await issue(program, station_id, "GetConfiguration", {})
        await answered(station, 3, {"configurationKey": LIMITS[version]})
        await over(program, task["id"])
        return
    report = {"requestId": 1, "generatedAt": "2026-03-01T06:00:00Z", "seqNo": 0}
    await station.call("NotifyReport", **report, reportData=LIMITS[version])


@pytest.mark.integration
@pytest.mark.parametrize(
    ("version", "number"), [("ocpp1.6", "listVersion"), ("ocpp2.0.1", "versionNumber")]
)
async def test_a_list_is_split_by_what_its_station_takes(
    program: ChargingProgram, station_id: str, version: str, number: str
) -> None:
    path, uids = f"/stations/{station_id}/local-list", [f"SPLIT{at}" for at in range(5)]
    program.register(station_id, tokens=uids)
    async with connected(program, station_id, version=version) as station:
        await station.call("Heartbeat")
        await tell_limits(program, station, station_id, version)
        program.api.put(path, json={"tokens": uids[:4]}).raise_for_status()
        told = [await answer(station, "Accepted"), await answer(station, "VersionMismatch")]
        # What is on the way stands in the resource.
        assert program.get(path)["state"] == "pending"
        told += [await answer(station, "Accepted"), await answer(station, "Accepted")]
        assert [(one[number], one["updateType"]) for one in told] == [
            (1, "Full"),
            (2, "Differential"),
        ] * 2
        assert [len(one["localAuthorizationList"]) for one in told] == [2] * 4
        shown = await until(program, path, "accepted")
        assert (shown["version"], shown["messages"], shown["messages_taken"]) == (2, 2, 2)

        program.api.put(path, json={"tokens": uids}).raise_for_status()
        shown = program.get(path)
        assert (shown["state"], shown["version"], shown["messages"]) == ("too_long", 3, 0)
        assert shown["reason"] == "5 tokens, of which the station holds 4"
        # Nothing came of that: the next is what the station hears next, whole.
        program.api.put(path, json={"tokens": uids[:1]}).raise_for_status()
        told = [await answer(station, "Accepted")]
        assert (told[0][number], told[0]["updateType"]) == (4, "Full")
        await until(program, path, "accepted")


@pytest.mark.integration
async def test_what_a_node_left_untold_is_told_by_another(kept: Database) -> None:
    book, commands = PostgresLocalLists(kept), Commands(PostgresCommands(kept))
    message = await book.put(
        Scope(OWN_COMPANY), "CP1", many(30), WHATEVER_IS_THERE, hold_seconds=3600
    )
    assert message is not None
    assert await book.untold(10) == []  # The node that has kept it is about to tell.
    async with kept.statement() as connection:
        await connection.execute("update local_list set asked_at = now() - interval '2 minutes'")
    assert [left.command_id for left in await book.untold(10)] == [message.command_id]
    await LocalLists(book, commands, learn_nothing).tell_what_was_left()
    assert await book.untold(10) == []


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
