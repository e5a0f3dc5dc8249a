"""Keeps what was deployed on disk while the control plane runs.

MiniStack saves its state when it ends well. A killed control plane would come back with the state
of its last good end, so it is saved while it runs, too: what a kill can lose is the last seconds.
"""

import asyncio
import time

from ministack import app
from ministack.core import persistence

_SECONDS = 2.0
_SHARE = 20
"""Saving takes at most this part of the time, however large the state."""


async def save_until(stopped: asyncio.Event) -> None:
    """Save again and again; returns after `stopped`, when no save is under way."""
    pause = _SECONDS
    while not stopped.is_set():
        try:
            async with asyncio.timeout(pause):
                await stopped.wait()
        except TimeoutError:
            before = time.monotonic()
            await asyncio.to_thread(_save)
            pause = max(_SECONDS, _SHARE * (time.monotonic() - before))


def _save() -> None:
    persistence.save_all(app._build_persistence_save_dict())
