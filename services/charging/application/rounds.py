"""What each node looks after by and by, beside the calls of stations and people."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from services.charging.application.ports import NotStorableError, UnavailableError

logger = logging.getLogger(__name__)


class Rounds:
    """Looks, and looks again after a while, until told to finish."""

    def __init__(self, look: Callable[[], Awaitable[None]], *, every: float, failed: str) -> None:
        """`every`: seconds between looks; `failed`: what the log says of one in vain."""
        self._look = look
        self._every = every
        self._failed = failed
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Until told to finish."""
        while not self._finish.is_set():
            try:
                await self._look()
            except (UnavailableError, NotStorableError) as error:
                logger.warning(self._failed, extra={"reason": str(error)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finish.wait(), self._every)

    def finish(self) -> None:
        """End; the next look is another node's."""
        self._finish.set()
