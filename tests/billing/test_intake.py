from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from contracts.events import SessionStarted, SessionStartedEvent, encode
from services.billing.adapters.metrics_page import MetricsPage
from services.billing.application.intake import SessionIntake
from services.billing.application.ports import Quarantined, ReceivedRecord
from tests.billing.fleet import MARCH, message, session


class Books:
    """A ledger in memory that takes what has no contradiction."""

    def __init__(self) -> None:
        self.records: dict[str, ReceivedRecord] = {}
        self.set_aside: list[Quarantined] = []
        self.transactions = 0
        self.charging_records = self
        self.quarantine: Any = _Quarantine(self.set_aside)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        self.transactions += 1
        yield self

    async def add(self, received: Sequence[ReceivedRecord]) -> Sequence[ReceivedRecord]:
        return [
            each
            for each in received
            if self.records.setdefault(each.record.session_id, each).record != each.record
        ]


class _Quarantine:
    def __init__(self, messages: list[Quarantined]) -> None:
        self._messages = messages

    async def add(self, messages: Sequence[Quarantined]) -> None:
        self._messages.extend(messages)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "truncated"),
        ("[]", "Expected `object`"),
        ('{"type":"charging.session.paused.v1"}', "charging.session.paused.v1"),
        (message(session(hours=-1)), "not in this order"),
        (message(event_id="a\0b"), "id: 'a"),
        (message(event_id=""), "id: ''"),
        ('{"type":"a\\u0000b"}', "�"),
        (message().replace("2026-03-10T08:00:00Z", "0001-01-01T00:00:00+14:00"), "2000"),
        (message().replace("2026-03-10T10:00:00Z", "9999-12-31T23:59:59-12:00"), "2200"),
    ],
)
async def test_what_cannot_be_billed_is_set_aside_with_its_reason(body: str, reason: str) -> None:
    books = Books()
    await SessionIntake(books).take([body, message()])
    assert len(books.records) == 1
    ((kept),) = books.set_aside
    assert kept.body == body
    assert reason in kept.reason


async def test_a_contradiction_is_set_aside_and_names_the_session() -> None:
    books = Books()
    first = session(session_id="s1")
    other = message(session(session_id="s1", energy_wh=1))
    intake = SessionIntake(books)
    await intake.take([message(first), other])
    assert books.records["s1"].record.energy_wh == 7780
    assert books.set_aside[0].body == other
    assert "session s1" in books.set_aside[0].reason
    page = MetricsPage(intake).text().decode()
    assert "\nbilling_sessions_total 2.0\n" in page
    assert "\nbilling_set_aside_total 1.0\n" in page


async def test_a_start_needs_no_transaction() -> None:
    started = SessionStarted(
        session_id="s1",
        station_id="HH-DEPOT-01",
        site_id="depot",
        connector_id=1,
        transaction_id=1,
        token_uid="04A1",
        time_zone="Europe/Berlin",
        started_at=MARCH,
        meter_start_wh=0,
    )
    books = Books()
    body = encode(SessionStartedEvent(id="e1", time=MARCH, data=started)).decode()
    await SessionIntake(books).take([body])
    assert books.transactions == 0
