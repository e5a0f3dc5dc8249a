"""When this program's task is to end, before it hears SIGTERM.

ECS first takes the task away from the load balancers (task lifecycle: DEACTIVATING), and sends
SIGTERM after their deregistration delay, when they have hung up every socket at once. Whoever asks
ECS in between has that delay to close them one after the other.
"""

import asyncio
import logging
from typing import Protocol

from services.charging.application.ports import UnavailableError

logger = logging.getLogger(__name__)

ASKED_EVERY = 5.0
"""Seconds."""


class Task(Protocol):
    """What runs this program."""

    async def is_ending(self) -> bool:
        """Whether it is to be stopped; raises `UnavailableError`."""


async def task_ending(task: Task | None, *, every: float = ASKED_EVERY) -> None:
    """Return when the task is to end; where there is none, never.

    While nobody can tell, the program goes on: then SIGTERM is the first that it hears.
    """
    if task is None:
        await asyncio.Event().wait()
        return
    unknown = False
    while True:
        try:
            if await task.is_ending():
                return
            unknown = False
        except UnavailableError as error:
            if not unknown:
                logger.warning("nobody says when the task ends", extra={"reason": str(error)})
            unknown = True
        await asyncio.sleep(every)
