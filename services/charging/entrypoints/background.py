"""Work beside the calls of stations and people, which goes on whatever happens to it once."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

logger = logging.getLogger(__name__)

AGAIN_AFTER = 5.0
"""Seconds. What fails for ever writes an error each time: the alarm on those calls somebody."""


class Background(Protocol):
    """The outbox's relay, the message log, campaigns."""

    async def run(self) -> None:
        """Until told to finish."""

    def finish(self) -> None:
        """Do what is left, and end."""


async def go_on(
    run: Callable[[], Awaitable[None]], *, finish: asyncio.Event, again_after: float = AGAIN_AFTER
) -> None:
    """Run it, and after a pause again when it fails, until `finish`.

    What one station said, or one row says, must not cost everybody the whole program.
    """
    while True:
        try:
            return await run()
        except Exception:
            # The outermost loop: whatever it is, the rest of the program goes on.
            logger.exception("work failed", extra={"work": getattr(run, "__qualname__", str(run))})
        if finish.is_set():
            return None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(finish.wait(), again_after)
