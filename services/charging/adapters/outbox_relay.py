"""Carries the outbox to the queue, at least once.

In no order: batches go side by side, from several nodes, and what the queue refuses goes later.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import SpanKind

from contracts import events
from contracts.tracing.spans import NO_TRACING, Tracing
from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

logger = logging.getLogger(__name__)

ROWS_A_ROUND = 100
LARGEST_BATCH = 10
"""Of SQS ``SendMessageBatch``."""
QUEUE_WITHIN = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
"""Seconds for a try: who follows changes waits for every open transaction, this one too."""
LONGEST_PAUSE = 2.0
"""Seconds between looks at the outbox, for the events of nodes that died before they sent them."""


class OutboxRelay:
    """One of the tasks of each node; rows that another node is sending are skipped."""

    def __init__(
        self,
        database: Database,
        sqs: "SQSClient",
        queue_url: str,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._database = database
        self._sqs = sqs
        self._queue_url = queue_url
        self._tracing = tracing
        self._work = asyncio.Event()
        self._finishing = False

    def notify(self) -> None:
        """There are new events."""
        self._work.set()

    async def run(self) -> None:
        """Until told to finish."""
        while True:
            self._work.clear()
            # Read before the look: what was committed before `finish` is still to be sent.
            last_look = self._finishing
            try:
                while await self.relay() == ROWS_A_ROUND:
                    pass
            except (UnavailableError, BotoCoreError, ClientError) as error:
                logger.warning("outbox is waiting", extra={"reason": str(error)})
            if last_look:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), LONGEST_PAUSE)

    def finish(self) -> None:
        """Send what is left, once, and end; what the queue refuses is left to other nodes."""
        self._finishing = True
        self._work.set()

    async def relay(self) -> int:
        """Send what is due, up to a round's worth; how many events were sent.

        A row goes only after the queue said yes. Killed in between, it is sent again.
        """
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "select id, event from outbox order by id limit %s for update skip locked",
                (ROWS_A_ROUND,),
            )
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            batches = (
                rows[first : first + LARGEST_BATCH] for first in range(0, len(rows), LARGEST_BATCH)
            )
            sent = await asyncio.gather(
                *(asyncio.to_thread(self._send, batch) for batch in batches)
            )
            ids = [row_id for batch in sent for row_id in batch]
            if ids:
                await connection.execute("delete from outbox where id = any(%s)", (ids,))
        return len(ids)

    def _send(self, rows: list[tuple[Any, ...]]) -> list[int]:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(row_id), "MessageBody": event} for row_id, event in rows
        ]
        with self._traced([event for _, event in rows]):
            answer = self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        for failure in answer.get("Failed", []):
            logger.warning(
                "the queue refused an event",
                extra={"outbox_id": failure["Id"], "reason": failure.get("Message", "")},
            )
        return [int(success["Id"]) for success in answer.get("Successful", [])]

    @contextlib.contextmanager
    def _traced(self, sent: list[str]) -> Iterator[None]:
        """One span for each that has a trace. Its consumer goes on with the same, not with this."""
        with contextlib.ExitStack() as spans:
            for event in filter(None, map(events.traced, sent)):
                begun = self._tracing.begin("SQS", SpanKind.PRODUCER, event.traceparent)
                span = spans.enter_context(begun)
                span.set_attributes({"event_id": event.id, "session_id": event.data.session_id})
            yield
