"""Live updates by server-sent events."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.charging.adapters.postgresql.changes import PostgresChanges
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.retention import CHANGES, Retention, old
from services.charging.application.changes import Change, Changes, Place
from services.charging.application.ports import UnavailableError
from services.charging.application.scope import Scope
from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, charging_program
from tests.charging.station import connected
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

Event = tuple[str, str, dict[str, Any]]
"""Id, kind and data."""


class Stream:
    """What a browser's EventSource would hear, of one station."""

    def __init__(self, lines: Iterator[str], station_id: str) -> None:
        self._lines = lines
        self._station_id = station_id

    def caught_up(self) -> "Stream":
        """When the stream says that there is nothing new yet."""
        while not next(self._lines).startswith(":"):
            continue
        return self

    def next(self) -> Event:
        event: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif "data" in event:
                data = json.loads(event["data"])
                if event["event"] == "reset" or data["station_id"] == self._station_id:
                    return event.get("id", ""), event["event"], data
                event = {}
        raise AssertionError("the stream ended")

    async def next_ones(self, count: int) -> list[Event]:
        return [await asyncio.to_thread(self.next) for _ in range(count)]


@contextmanager
def following(
    program: ChargingProgram, station_id: str, last: str | None = None
) -> Iterator[Stream]:
    headers = {"Last-Event-ID": last} if last else {}
    with program.signed_in() as client, client.stream("GET", "/events", headers=headers) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream"), answer.read()
        yield Stream(answer.iter_lines(), station_id)


async def test_what_changes_is_told_and_can_be_resumed(
    program: ChargingProgram, aws: Aws, tmp_path_factory: pytest.TempPathFactory, station_id: str
) -> None:
    with following(program, station_id) as stream:
        await asyncio.to_thread(stream.caught_up)
        async with connected(program, station_id) as station:
            await station.call(
                "StatusNotification", connectorId=1, errorCode="NoError", status="Charging"
            )
            transaction_id = await station.start(meter=0)
            first = await stream.next_ones(3)
            await station.stop(transaction_id, 1500)
        first += await stream.next_ones(2)
    assert [(kind, data.get("online"), data.get("status")) for _, kind, data in first] == [
        ("station", True, None),
        ("connector", None, "Charging"),
        ("session", None, "active"),
        ("session", None, "ended"),
        ("station", False, None),
    ]
    assert (first[3][2]["energy_wh"], first[3][2]["stop_reason"]) == (1500, "Local")

    # From any place on, and at any node.
    folder = tmp_path_factory.mktemp("other")
    with charging_program(program.database, aws, folder) as other:
        other.start()
        other.healthy()
        for node in (program, other):
            with following(node, station_id, last=first[1][0]) as stream:
                assert await stream.next_ones(3) == first[2:]
        with following(other, station_id) as stream:
            await asyncio.to_thread(stream.caught_up)
            async with connected(program, station_id) as station:
                await station.call("Heartbeat")
                [(_, kind, data)] = await stream.next_ones(1)
    assert (kind, data["online"]) == ("station", True)


async def test_nothing_is_missed_that_commits_late(
    program: ChargingProgram, station_id: str
) -> None:
    def change(number: int) -> Callable[[psycopg.Connection[Any]], None]:
        def write(connection: psycopg.Connection[Any]) -> None:
            connection.execute(
                """
                insert into change (company_id, station_id, kind, data)
                values ('fleetcharge', %s, 'connector', jsonb_build_object('number', %s::int))
                """,
                (station_id, number),
            )

        return write

    conninfo = program.database.conninfo
    with following(program, station_id) as stream:
        await asyncio.to_thread(stream.caught_up)
        with psycopg.connect(conninfo) as slow, psycopg.connect(conninfo) as quick:
            change(1)(slow)
            change(2)(quick)
            quick.commit()
            time.sleep(1.2)  # noqa: ASYNC251 — more than the node waits before it looks again
            slow.commit()
        told = await stream.next_ones(2)
    assert [data["number"] for _, _, data in told] == [1, 2]


async def test_whoever_was_away_too_long_begins_anew(database: EmptyDatabase) -> None:
    kept = Database(database.conninfo)
    await kept.open()
    try:
        await kept.migrate()
        changes = Changes(PostgresChanges(kept))
        assert await changes.start_of("0-0") == (Place(0, 0), False)
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            for days in (8, 0):
                connection.execute(
                    """
                    insert into change (company_id, station_id, kind, data, at)
                    values ('x', 'y', 'z', '{}', now() - make_interval(days => %s))
                    """,
                    (days,),
                )
        assert await changes.start_of("0-0") == (Place(0, 0), False)
        await Retention(kept, old(CHANGES, timedelta(days=7))).drop_some()
        latest, is_missing = await changes.start_of("0-0")
        assert (latest.id, is_missing) == (2, True)
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            connection.execute(
                """
                insert into change (company_id, station_id, kind, data, transaction)
                values ('x', 'y', 'z', '{}', '9'), ('x', 'y', 'z', '{}', '10')
                """
            )
            connection.execute("delete from change where id < 3")
        assert (await changes.start_of(None))[0] == Place(10, 4)  # by number, not by letters
        latest = Place(10, 4)
        assert await changes.start_of(str(latest)) == (latest, False)
        assert (await changes.start_of(None))[0] == latest
        assert await changes.start_of("") == (latest, False)
        # A database that was restored to an earlier time knows nothing of what came after it.
        for to_come in ("10-5", "11-1"):
            assert await changes.start_of(to_come) == (latest, True)
    finally:
        await kept.close()


def test_what_is_no_place(program: ChargingProgram) -> None:
    for wrong in ("x", "1", "1-x", "0--1", f"{2**63}-0", f"0-{2**63}", "9" * 30 + "-1"):
        answer = program.api.get("/events", headers={"Last-Event-ID": wrong})
        assert answer.status_code == 422


async def test_who_follows_comes_back_when_changes_cannot_be_read() -> None:
    class Away(PostgresChanges):
        async def after(self, _scope: Scope, _place: Place, *, limit: int) -> list[Change]:
            raise UnavailableError(f"no {limit} changes")

    changes = Changes(Away(Database("")))
    assert [one async for one in changes.follow(Scope("x"), Place(1, 1), quiet=1)] == []


def test_a_stream_does_not_hold_the_program(
    aws: Aws, program: ChargingProgram, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with charging_program(program.database, aws, tmp_path_factory.mktemp("left")) as other:
        other.start()
        other.healthy()
        with following(other, "nobody") as stream:
            stream.caught_up()
            began = time.monotonic()
            assert other.terminate() == 0
            assert time.monotonic() - began < 15
