"""When the program looks for garbage: at times, not whenever many objects were made.

What thousands of sockets are made of lives long. Looked through while they all connect, it cost a
seventh of the CPU of a storm of reconnecting stations, and found nothing.
"""

import gc
import itertools
from collections.abc import Awaitable, Callable

from services.charging.application.rounds import Rounds

LOOK_EVERY = 30.0
"""Seconds. What became garbage soon is found then: a handshake that was refused is 12 KiB of it."""
LOOKS_FOR_ALL = 20
"""At each so manieth look, ten minutes, everything is looked through: half a second with 5,000
stations. Until then a closed socket leaves 1 KiB."""

_EVERYTHING = 2
_YOUNG = 0
"""Generations of `gc.collect`."""


def leave_to_rounds() -> None:
    """From now on garbage is looked for by `rounds` alone, and never in the program itself."""
    gc.collect()
    gc.freeze()
    gc.disable()


def looks() -> Callable[[], Awaitable[None]]:
    """Each is through what is young, one in so many through everything."""
    numbers = itertools.count(1)

    async def look() -> None:
        gc.collect(_YOUNG if next(numbers) % LOOKS_FOR_ALL else _EVERYTHING)

    return look


def rounds() -> Rounds:
    """For the background."""
    return Rounds(looks(), every=LOOK_EVERY, failed="garbage is not looked for")
