"""Keeps what was deployed on disk while the control plane runs.

What a kill can lose is the last seconds, but for what the journal has.
"""

import asyncio
import time
from pathlib import Path

from ministack import app
from ministack.core import persistence

from embedded.control_plane.durability.journal import Journal

_SECONDS = 2.0
_SHARE = 20
"""Saving takes at most this part of the time, however large the state."""
_IN_THE_JOURNAL = ("sqs", "dynamodb")


async def save_until(stopped: asyncio.Event, journal: Journal) -> None:
    """Save again and again; returns after `stopped`, when no save is under way."""
    pause = _SECONDS
    while not stopped.is_set():
        try:
            async with asyncio.timeout(pause):
                await stopped.wait()
        except TimeoutError:
            before = time.monotonic()
            await asyncio.to_thread(_save, journal)
            pause = max(_SECONDS, _SHARE * (time.monotonic() - before))


def _save(journal: Journal) -> None:
    part = journal.turn()
    before = _saved()
    persistence.save_all(app._build_persistence_save_dict())
    # A state that changes while it is copied is not saved, and MiniStack only says so.
    after = _saved()
    if all(after[name] not in (None, before[name]) for name in _IN_THE_JOURNAL):
        journal.forget(before=part)


def _saved() -> dict[str, int | None]:
    """Which file holds each state: a save puts another in its place."""
    files = {name: Path(persistence.STATE_DIR, f"{name}.json") for name in _IN_THE_JOURNAL}
    return {name: path.stat().st_ino if path.exists() else None for name, path in files.items()}
