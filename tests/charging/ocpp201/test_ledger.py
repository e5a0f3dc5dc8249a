"""Events of transactions, told to two nodes on one database."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from services.charging.application.ports import Ledger, Posting
from services.charging.application.session_events import SessionEvents
from services.charging.domain import transaction_ledger
from services.charging.domain.ledger import Known
from services.charging.domain.tokens import Token, TokenStatus
from services.charging.domain.transactions import Kind, TransactionReport
from tests.charging.test_ledger import NOW, START, events, nodes, post
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

STARTED = TransactionReport(
    station_id="CP1",
    station_transaction_id="t-1",
    seq_no=0,
    kind=Kind.STARTED,
    said_at=NOW,
    received_at=NOW,
    evse_id=None,
    token_uid=None,
    first_register_wh=100,
    last_register_wh=100,
    reason=None,
    received="{}",
)
NAMED = replace(STARTED, seq_no=1, kind=Kind.UPDATED, token_uid="CARD1", evse_id=2)
ENDED = replace(STARTED, seq_no=2, kind=Kind.ENDED, first_register_wh=None, last_register_wh=700)


async def tell(node: Ledger, said: TransactionReport) -> Posting:
    def decide(known: Known) -> Posting:
        entry = transaction_ledger.report(said, known)
        return Posting(entry, SessionEvents(lambda: NOW).of(entry), [])

    return await node.post(said, decide)


async def test_whatever_order_and_node_each_transaction_is_one_session(
    database: EmptyDatabase,
) -> None:
    async with nodes(database) as both:
        said = [
            replace(event, station_id=f"CP{station}", station_transaction_id=str(transaction))
            for station in range(1, 10)
            for transaction in range(1, 4)
            for event in (STARTED, NAMED, ENDED) * 2
        ]
        random.Random(7).shuffle(said)  # noqa: S311 — an order, no secret
        await asyncio.gather(*(tell(both[n % 2], event) for n, event in enumerate(said)))
        assert sorted(events(database)) == ["ended"] * 27 + ["started"] * 27
        with psycopg.connect(database.conninfo) as connection:
            sessions = connection.execute(
                "select distinct token_uid, energy_wh, connector_id from session"
            ).fetchall()
            kept = connection.execute("select count(*) from transaction_event").fetchone()
        assert sessions == [("CARD1", 600, 2)]
        assert kept == (81,)


async def test_a_session_of_ocpp_1_6_goes_on_in_2_0_1(database: EmptyDatabase) -> None:
    async with nodes(database) as (one, other):
        session = (await post(one, START)).entry.session
        assert session
        stranger = replace(
            ENDED, station_id="CP2", station_transaction_id=str(session.transaction_id)
        )
        assert (await tell(other, stranger)).entry.session is None
        ended = replace(stranger, station_id="CP1")
        posting = await tell(other, ended)
        assert posting.entry.session
        assert posting.entry.session.id == session.id
        assert posting.entry.ends
        assert events(database) == ["started", "ended"]
        # It counts by itself now, and has come to that number.
        tomorrow = NOW + timedelta(days=1)
        started = replace(
            STARTED, station_transaction_id=ended.station_transaction_id, said_at=tomorrow
        )
        assert (await tell(one, started)).entry.session is None
        named = replace(started, seq_no=1, kind=Kind.UPDATED, token_uid="CARD1")
        posting = await tell(other, named)
        assert posting.entry.session
        assert posting.entry.session.id != session.id


async def test_an_evse_that_is_known_later(database: EmptyDatabase) -> None:
    async with nodes(database) as (node, _):
        await tell(node, replace(STARTED, token_uid="CARD1"))
        assert (await tell(node, replace(NAMED, token_uid=None))).entry.is_placed
        with psycopg.connect(database.conninfo) as connection:
            assert connection.execute("select connector_id from session").fetchall() == [(2,)]


async def test_a_card_that_is_accepted_later(database: EmptyDatabase) -> None:
    async with nodes(database) as (node, _):
        await tell(node, replace(STARTED, token_uid="BADCARD"))

        def decide(known: Known) -> Posting:
            accepted = replace(known, token=Token("CARD1", TokenStatus.ACCEPTED, "Eve"))
            return Posting(transaction_ledger.report(NAMED, accepted), [], [])

        assert (await node.post(NAMED, decide)).entry.is_paid
        with psycopg.connect(database.conninfo) as connection:
            paid = "select token_uid, authorization_status from session"
            assert connection.execute(paid).fetchall() == [("CARD1", "Accepted")]
