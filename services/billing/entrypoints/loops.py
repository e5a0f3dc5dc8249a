"""What the program does without being asked: consume the queue, write due documents."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import Span, SpanKind

from contracts import events
from contracts.tracing.spans import NO_TRACING, Tracing
from services.billing.adapters.database import UNAVAILABLE
from services.billing.adapters.session_queue import Message, SessionQueue
from services.billing.application.intake import SessionIntake
from services.billing.application.invoice_documents import InvoiceDocuments

FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
LOOK_AGAIN_SECONDS = 30.0
"""How often due documents are looked for when no close has called."""

log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 — not an error
    """The program was told to end."""


class Stop:
    """Told once, seen by all loops."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        """End what is in hand and come to rest."""
        self._told.set()

    @property
    def told(self) -> bool:
        """Whether the program is to end."""
        return self._told.is_set()

    async def wait(self, seconds: float | None = None) -> None:
        """Return after so many seconds, or at once when told."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return


async def persist(
    what: str, attempt: Callable[[], Awaitable[None]], stop: Stop, *passing: type[Exception]
) -> bool:
    """Attempt until it ends well, waiting longer each time; false when told to stop instead."""
    delay = FIRST_DELAY
    while not stop.told:
        try:
            await attempt()
        except passing as error:
            log.warning("%s: %s; again in %.1f s", what, error, delay)
            await stop.wait(delay)
            delay = min(delay * 2, LONGEST_DELAY)
        else:
            return True
    return False


async def consume(
    queue: SessionQueue, intake: SessionIntake, stop: Stop, tracing: Tracing = NO_TRACING
) -> None:
    """One consumer: receive, commit, delete. Run several for more throughput.

    While the database is away the messages in hand are held, not received again and again:
    that would move them to the dead-letter queue though nothing is wrong with them.
    """
    while not stop.told:
        try:
            messages = await asyncio.to_thread(queue.receive)
        except (BotoCoreError, ClientError) as error:
            log.warning("the queue cannot be read: %s", error)
            await stop.wait(FIRST_DELAY)
            continue
        if messages:
            with _traced(messages, tracing) as spans:
                taken = await _take(messages, queue, intake, stop)
                for span in spans:
                    span.set_attribute("result", "taken" if taken else "comes again")


@contextmanager
def _traced(messages: Sequence[Message], tracing: Tracing) -> Iterator[Sequence[Span]]:
    """A span for each event that has a trace: it ends when the event is kept and deleted."""
    begun = []
    with ExitStack() as spans:
        for event in filter(None, (events.traced(message.body) for message in messages)):
            about: dict[str, str | int] = {
                "session_id": event.data.session_id,
                "station_id": event.data.station_id,
                "transaction_id": event.data.transaction_id,
            }
            span = tracing.begin(event.type, SpanKind.CONSUMER, event.traceparent, **about)
            begun.append(spans.enter_context(span))
            log.info("event received", extra={**about, "event_id": event.id})
        yield begun


async def _take(
    messages: Sequence[Message], queue: SessionQueue, intake: SessionIntake, stop: Stop
) -> bool:
    """Whether they are kept and deleted; others come again."""

    async def attempt() -> None:
        await intake.take([message.body for message in messages])

    try:
        taken = await persist("session events", attempt, stop, *UNAVAILABLE)
        if taken:
            await asyncio.to_thread(queue.delete, messages)
        return taken
    except (BotoCoreError, ClientError) as error:
        log.warning("messages stay on the queue and will come again: %s", error)
        return False
    except Exception:
        # The outermost loop: an error of ours must not end the consumer. The messages come
        # again, and end in the dead-letter queue if it is they that we cannot take.
        log.exception("a batch of session events failed")
        await stop.wait(FIRST_DELAY)
        return False


class DocumentLoop:
    """Writes due documents, at once when woken."""

    def __init__(self, documents: InvoiceDocuments, stop: Stop) -> None:
        self._documents = documents
        self._stop = stop
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """An invoice was issued."""
        self._wake.set()

    async def run(self) -> None:
        """Until told to stop; run two to use two cores."""
        while not self._stop.told:
            self._wake.clear()
            try:
                if await self._documents.write_next():
                    continue
            except UNAVAILABLE as error:
                log.warning("documents wait for the database: %s", error)
            except Exception:
                # The outermost loop: the rest of the program goes on.
                log.exception("a document failed")
            await self._rest()

    async def _rest(self) -> None:
        waits = [
            asyncio.create_task(self._wake.wait()),
            asyncio.create_task(self._stop.wait()),
        ]
        await asyncio.wait(waits, timeout=LOOK_AGAIN_SECONDS, return_when="FIRST_COMPLETED")
        for wait in waits:
            wait.cancel()
