import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import boto3
import psycopg
import pytest
from moto import mock_aws
from opentelemetry.trace import SpanKind

from contracts.tracing.spans import NO_TRACING, Tracing
from services.billing.adapters import session_queue
from services.billing.adapters.database import PostgresLedger
from services.billing.adapters.queries import Queries, RecordFilter
from services.billing.adapters.session_queue import SessionQueue
from services.billing.application.intake import SessionIntake
from services.billing.entrypoints import loops
from services.billing.entrypoints.loops import Stop, consume
from tests.billing.fleet import message
from tests.contracts.tracing.told import Told

pytestmark = pytest.mark.integration

TRACEPARENT = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"


@pytest.fixture
def waiting_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_queue, "WAIT_SECONDS", 0)
    monkeypatch.setattr(loops, "FIRST_DELAY", 0.01)


@pytest.fixture
def sqs(waiting_is_short: None) -> Any:
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-central-1")


def fill(sqs: Any, bodies: list[str]) -> str:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = {"deadLetterTargetArn": dead_arn["Attributes"]["QueueArn"], "maxReceiveCount": "2"}
    url = str(
        sqs.create_queue(
            QueueName="session-events", Attributes={"RedrivePolicy": json.dumps(redrive)}
        )["QueueUrl"]
    )
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    return url


def left(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, counts.values()))


async def run_until(
    done: Callable[[], bool],
    queue: SessionQueue,
    intake: SessionIntake,
    tracing: Tracing = NO_TRACING,
) -> None:
    stop = Stop()
    consumers = [asyncio.create_task(consume(queue, intake, stop, tracing)) for _ in range(2)]
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(done):
            await asyncio.sleep(0.02)
        stop.tell()
        await asyncio.gather(*consumers)


async def test_the_queue_is_emptied_into_records_and_quarantine(
    sqs: Any, ledger: PostgresLedger, queries: Queries
) -> None:
    twice = message()
    url = fill(sqs, [message() for _ in range(35)] + [twice, twice, "no event"])
    await run_until(lambda: left(sqs, url) == 0, SessionQueue(sqs, url), SessionIntake(ledger))
    assert (await queries.record_summary(RecordFilter())).count == 36
    ((set_aside),) = (await queries.quarantine(None, 10)).items
    assert set_aside.body == "no event"


async def test_an_event_s_trace_goes_on_until_it_is_kept(sqs: Any, ledger: PostgresLedger) -> None:
    event = json.loads(message()) | {"traceparent": TRACEPARENT}
    url, told = fill(sqs, [json.dumps(event), message(), "no event"]), Told(share=0.1, drawn=0.9)
    intake = SessionIntake(ledger)
    await run_until(lambda: left(sqs, url) == 0, SessionQueue(sqs, url), intake, told)
    *_, span = told.spans
    assert (span.name, span.kind) == ("charging.session.ended.v1", SpanKind.CONSUMER)
    assert span.attributes == {
        "session_id": event["data"]["session_id"],
        "station_id": event["data"]["station_id"],
        "transaction_id": event["data"]["transaction_id"],
        "result": "taken",
    }
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == TRACEPARENT.split("-")[2]
    assert {one.name for one in told.spans} == {span.name, "PostgreSQL"}


async def test_an_event_that_is_not_kept_is_told_to_come_again(
    sqs: Any, ledger: PostgresLedger
) -> None:
    event = json.loads(message()) | {"traceparent": TRACEPARENT}
    url, told = fill(sqs, [json.dumps(event)]), Told()
    broken = AwayLedger(ledger, 1, RuntimeError("our error"))
    await run_until(lambda: broken.times == 0, SessionQueue(sqs, url), SessionIntake(broken), told)
    (span,) = (one for one in told.spans if one.kind is SpanKind.CONSUMER)
    assert dict(span.attributes or {})["result"] == "comes again"


class AwayLedger:
    """A database that is away for the first few transactions."""

    def __init__(self, ledger: PostgresLedger, times: int, error: Exception) -> None:
        self._ledger = ledger
        self.times = times
        self._error = error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        if self.times:
            self.times -= 1
            raise self._error
        async with self._ledger.transaction() as transaction:
            yield transaction


@pytest.mark.parametrize(
    "error",
    [psycopg.OperationalError("gone"), psycopg.errors.ReadOnlySqlTransaction("only reads")],
)
async def test_messages_in_hand_wait_for_the_database(
    sqs: Any, ledger: PostgresLedger, queries: Queries, error: Exception
) -> None:
    url = fill(sqs, [message() for _ in range(5)])
    away = AwayLedger(ledger, 6, error)
    await run_until(lambda: left(sqs, url) == 0, SessionQueue(sqs, url), SessionIntake(away))
    assert (await queries.record_summary(RecordFilter())).count == 5


async def test_what_we_fail_at_stays_on_the_queue(sqs: Any, ledger: PostgresLedger) -> None:
    url = fill(sqs, [message()])
    broken = AwayLedger(ledger, 1, RuntimeError("our error"))
    await run_until(lambda: broken.times == 0, SessionQueue(sqs, url), SessionIntake(broken))
    assert left(sqs, url) == 1
