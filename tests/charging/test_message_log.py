"""The message log of the running program."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.message_log import PostgresMessageLog
from services.charging.application.conversation import Conversation, Direction, Message
from tests.charging.conversation import tell
from tests.charging.program import ChargingProgram
from tests.charging.station import connected
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

KEPT_DAYS = 14
NO_FRAME = 'this is\tno frame \\ \\N "ü"\r\n\x00'
NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


async def logged(program: ChargingProgram, count: int, **search: str) -> list[dict[str, Any]]:
    """Wait until so many are found; oldest first."""
    while True:
        found: list[dict[str, Any]] = program.get("/messages", **search)["items"]
        if len(found) >= count:
            return found[::-1]
        await asyncio.sleep(0.05)


async def test_every_frame_can_be_found(program: ChargingProgram, station_id: str) -> None:
    began = datetime.now(UTC)
    change = {"action": "ChangeConfiguration", "request": {"key": "Interval", "value": "5"}}
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        await station.send(NO_FRAME)
        path = f"/stations/{station_id}/commands"
        command = await asyncio.to_thread(program.api.post, path, json=change)
        assert command.status_code == 202
        _, message_id, *_ = await station.receive()
        await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    messages = await logged(program, 6, station_id=station_id)
    assert [(m["direction"], m["kind"], m["action"]) for m in messages] == [
        ("in", "call", "Heartbeat"),
        ("out", "result", "Heartbeat"),
        ("in", "malformed", None),
        ("out", "error", None),
        ("out", "call", "ChangeConfiguration"),
        ("in", "result", "ChangeConfiguration"),
    ]
    assert messages[2]["text"] == NO_FRAME.replace("\x00", "\\x00")
    for search, wanted in {
        "action": ("Heartbeat", messages[:2]),
        "direction": ("in", messages[::2][:2] + messages[5:]),
        "kind": ("malformed", messages[2:3]),
        "message_id": (messages[0]["message_id"], messages[:2]),
        "contains": ("NO FRAME", messages[2:3]),
        "since": (began.isoformat(), messages),
        "until": (began.isoformat(), []),
    }.items():
        value, expected = wanted
        assert await logged(program, 0, station_id=station_id, **{search: value}) == expected
    first = program.get("/messages", station_id=station_id, limit="4")
    rest = program.get("/messages", station_id=station_id, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == messages[::-1]


def test_a_text_is_looked_for_at_one_station_or_within_a_day(
    program: ChargingProgram, station_id: str
) -> None:
    day = datetime.now(UTC) - timedelta(days=1)

    def search(**parameters: str) -> int:
        parameters = {"contains": "FRAME", **parameters}
        return program.api.get("/messages", params=parameters).status_code

    assert search(station_id=station_id) == 200
    assert search(since=(day + timedelta(minutes=1)).isoformat()) == 200
    week = {"since": (day - timedelta(days=6)).isoformat()}
    assert search(**week, until=(day - timedelta(days=5)).isoformat()) == 200
    for much in ({}, week, {"until": day.isoformat()}):
        assert search(**much) == 422


async def test_days_are_made_and_dropped(database: EmptyDatabase) -> None:
    kept = Database(database.conninfo)
    await kept.open()
    log = PostgresMessageLog(kept, kept_days=KEPT_DAYS)
    try:
        await kept.migrate()
        assert await log.look_after_days(NOW)
        assert await log.look_after_days(NOW + timedelta(days=KEPT_DAYS))
        assert await log.look_after_days(NOW + timedelta(days=KEPT_DAYS + 1))
    finally:
        await kept.close()
    with psycopg.connect(database.conninfo) as connection:
        names = connection.execute("select inhrelid::regclass::text from pg_inherits").fetchall()
    assert {
        "message_20260302",
        "message_20260303",
        *(f"message_202603{15 + day}" for day in range(4)),
        "message_default",
    } == {name for (name,) in names if name.startswith("message")} - {
        name for (name,) in names if "_idx" in name
    }


async def test_what_was_said_before_its_day_was_made_is_moved_there(
    kept: Database, database: EmptyDatabase
) -> None:
    log = PostgresMessageLog(kept, kept_days=KEPT_DAYS)
    old = NOW - timedelta(days=KEPT_DAYS + 1)
    assert await log.look_after_days(old)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(
            """
            insert into message (at, station_id, direction, kind, text)
                select at, 'CP1', 'in', 'call', '[]' from unnest(%s::timestamptz[]) as at
            """,
            ([old, NOW, NOW],),
        )
        assert await log.look_after_days(NOW)
        rows = connection.execute("select tableoid::regclass::text from message order by id")
        assert rows.fetchall() == [("message_20260301",)] * 2


def test_a_conversation_pairs_answers_with_calls_of_the_other_side() -> None:
    said: list[Message] = []
    conversation = Conversation("CP1", said.append, lambda: NOW)
    tell(conversation, Direction.IN, '[2,"1","Heartbeat",{}]')
    tell(conversation, Direction.OUT, '[2,"1","Reset",{"type":"Soft"}]')
    tell(conversation, Direction.IN, '[4,"1","NotSupported","",{}]')
    tell(conversation, Direction.OUT, '[3,"1",{}]')
    tell(conversation, Direction.IN, '[3,"1",{}]')
    tell(conversation, Direction.IN, b"\xff")
    assert [(m.action, m.error_code, m.seconds is None) for m in said] == [
        ("Heartbeat", None, True),
        ("Reset", None, True),
        ("Reset", "NotSupported", False),
        ("Heartbeat", None, False),
        (None, None, True),
        (None, None, True),
    ]
    assert said[-1].text == "\\xff"
