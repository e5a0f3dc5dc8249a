"""Solar surplus that telemetry measured comes by a queue."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from contracts.site_surplus import decode
from services.charging.application.ports import NotStorableError, UnavailableError
from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.surplus import Surplus

logger = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds before the next try when the queue or the database does not answer."""


@dataclass(frozen=True, slots=True)
class SurplusMessage:
    """A message in hand."""

    body: str
    receipt: str


class SurplusQueue(Protocol):
    """Where telemetry puts them."""

    async def receive(self) -> Sequence[SurplusMessage]:
        """Some, or none after a wait; raises `UnavailableError`."""

    async def delete(self, messages: Sequence[SurplusMessage]) -> None:
        """They are done; raises `UnavailableError`."""


class SurplusBook(Protocol):
    """Where figures are kept."""

    async def put_surplus(self, scope: Scope, site_id: str, figures: Sequence[Surplus]) -> bool:
        """Of one moment the last counts; False when there is no such site."""


class SurplusIntake:
    """One of the tasks of each node.

    A message is deleted when its figures are kept. One that cannot be read, or is of no site that
    its company has, comes again until the queue sets it aside.
    """

    def __init__(
        self, queue: SurplusQueue, book: SurplusBook, changed: Callable[[str], None]
    ) -> None:
        """`changed` is told the site that is to be planned anew."""
        self._queue = queue
        self._book = book
        self._changed = changed
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Until told to finish."""
        while not self._finish.is_set():
            try:
                await self.take(await self._queue.receive())
            except UnavailableError as error:
                logger.warning("no surplus is taken", extra={"reason": str(error)})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._finish.wait(), PAUSE)

    def finish(self) -> None:
        """End; what is in hand and not kept comes again."""
        self._finish.set()

    async def take(self, messages: Sequence[SurplusMessage]) -> None:
        """Keep what can be kept; raises `UnavailableError`."""
        kept = [message for message in messages if await self._keep(message)]
        if kept:
            await self._queue.delete(kept)

    async def _keep(self, message: SurplusMessage) -> bool:
        try:
            report = decode(message.body)
            figures = [Surplus(one.begins_at, one.surplus_w) for one in report.figures]
            if any(figure.begins_at.tzinfo is None for figure in figures):
                raise ValueError("figures.begins_at: needs its zone")
            known = await self._book.put_surplus(Scope(report.company), report.site_id, figures)
        except (msgspec.MsgspecError, NotStorableError, ValueError) as error:
            logger.warning("surplus not taken", extra={"reason": str(error)})
            return False
        if known:
            self._changed(report.site_id)
        else:
            logger.warning("surplus of no site", extra={"site_id": report.site_id})
        return known
