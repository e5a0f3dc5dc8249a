"""From the outbox to the queue: at least once, none lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.charging.adapters.outbox_relay import OutboxRelay
from services.charging.adapters.postgresql.database import Database, conninfo
from services.charging.adapters.postgresql.standings import PostgresStandings
from tests import postgres

pytestmark = pytest.mark.integration


class FakeQueue:
    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.refused_once: set[str] = set()
        self.dies_after_sending = False

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> Any:  # noqa: N803 — boto3's names
        assert QueueUrl == "http://queue"
        assert 1 <= len(Entries) <= 10
        taken = [e for e in Entries if e["MessageBody"] not in self.refused_once]
        failed = [e for e in Entries if e["MessageBody"] in self.refused_once]
        self.refused_once.clear()
        self.bodies += [entry["MessageBody"] for entry in taken]
        if self.dies_after_sending:
            raise KilledError
        return {
            "Successful": [{"Id": entry["Id"]} for entry in taken],
            "Failed": [{"Id": entry["Id"], "Message": "busy"} for entry in failed],
        }


class KilledError(BaseException):
    pass


@pytest.fixture
async def outbox(database: postgres.Database) -> AsyncIterator[Database]:
    outbox = Database(
        conninfo(
            host=database.host,
            port=database.port,
            name=database.name,
            username=database.username,
            password=database.password,
        )
    )
    await outbox.open()
    # Several tasks start at once, each with migrations to run.
    await asyncio.gather(*(outbox.migrate() for _ in range(3)))
    yield outbox
    await outbox.close()


async def put(database: Database, *events: str) -> None:
    async with database.transaction() as connection:
        for event in events:
            await connection.execute("insert into outbox (event) values (%s)", (event,))


def relay_to(queue: Any, database: Database) -> OutboxRelay:
    return OutboxRelay(database, queue, "http://queue")


async def test_in_batches_of_ten_in_order(outbox: Database) -> None:
    queue = FakeQueue()
    events = [f"{number:03}" for number in range(23)]
    await put(outbox, *events)
    assert await relay_to(queue, outbox).relay() == 23
    assert sorted(queue.bodies) == events
    assert await relay_to(queue, outbox).relay() == 0


async def test_how_long_the_oldest_event_waits_is_told(outbox: Database) -> None:
    standings = PostgresStandings(outbox)
    assert (await standings.read()).oldest_outbox_seconds == 0
    await put(outbox, "old", "new")
    async with outbox.transaction() as connection:
        await connection.execute(
            "update outbox set put_at = now() - interval '1 hour' where event = 'old'"
        )
    assert (await standings.read()).oldest_outbox_seconds >= 3600
    await relay_to(FakeQueue(), outbox).relay()
    assert (await standings.read()).oldest_outbox_seconds == 0


async def test_killed_between_send_and_mark_sends_again(outbox: Database) -> None:
    queue = FakeQueue()
    await put(outbox, "a", "b")
    queue.dies_after_sending = True
    with pytest.raises(KilledError):
        await relay_to(queue, outbox).relay()
    queue.dies_after_sending = False
    assert await relay_to(queue, outbox).relay() == 2
    assert queue.bodies == ["a", "b", "a", "b"]


async def test_what_the_queue_refuses_stays(outbox: Database) -> None:
    queue = FakeQueue()
    queue.refused_once = {"b"}
    await put(outbox, "a", "b", "c")
    assert await relay_to(queue, outbox).relay() == 2
    assert await relay_to(queue, outbox).relay() == 1
    assert queue.bodies == ["a", "c", "b"]


async def test_two_nodes_share_the_work(outbox: Database) -> None:
    queue = FakeQueue()
    events = [f"{number:03}" for number in range(300)]
    await put(outbox, *events)
    relays = [relay_to(queue, outbox) for _ in range(2)]
    while sum(await asyncio.gather(*(relay.relay() for relay in relays))):
        pass
    assert sorted(queue.bodies) == events


async def test_finishes_with_an_empty_outbox(outbox: Database) -> None:
    queue = FakeQueue()
    relay = relay_to(queue, outbox)
    running = asyncio.create_task(relay.run())
    await put(outbox, "a")
    relay.finish()
    await running
    assert queue.bodies == ["a"]
