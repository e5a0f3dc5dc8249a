"""Stations forget whom they let in when one of these is blocked (OCPP 1.6, 5.4; 2.0.1, C11).

What they heard holds for a day at most. In that time after a token was blocked, every station where
it counts is told to clear its cache: at once when it is connected, else when it comes; but not more
often than every ten minutes for one company's tokens. Nobody's news waits for another company's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import NAMESPACE_OID, uuid5

from services.charging.application.commands import Commands
from services.charging.domain.ocpp16.clear_cache import ClearCache
from services.charging.domain.ocpp_j.version import Version

LOOK_EVERY = 2.0
"""Seconds between looks for such stations."""
TOLD_AT_ONCE = 200
NOT_AGAIN_WITHIN = timedelta(minutes=10)
"""Of one station for one company's tokens; then it is told of all that were blocked."""


@dataclass(frozen=True, slots=True)
class DoubtfulCache:
    """Of a station that is connected; `doubt` is the same for whoever looks, until it is told."""

    station_id: str
    spoken: Version
    companies: Sequence[str]
    """Whose tokens were blocked."""
    doubt: str


class DoubtfulCaches(Protocol):
    """Who knows of them."""

    async def to_clear(self, most: int) -> Sequence[DoubtfulCache]:
        """Those of stations that were not told since a token was blocked, or that did not answer.

        Raises `UnavailableError`.
        """

    async def told(self, caches: Sequence[DoubtfulCache]) -> None:
        """They are being cleared; raises `UnavailableError`."""


class TokenCaches:
    """Has them cleared."""

    def __init__(self, caches: DoubtfulCaches, commands: Commands) -> None:
        self._caches = caches
        self._commands = commands

    async def clear_some(self) -> None:
        """Leave the command to the nodes for each of some stations."""
        caches = await self._caches.to_clear(TOLD_AT_ONCE)
        await asyncio.gather(*map(self._clear, caches))
        await self._caches.told(caches)

    async def _clear(self, cache: DoubtfulCache) -> None:
        # The same one from whatever node, in the words of both versions.
        command_id = uuid5(NAMESPACE_OID, f"{cache.station_id} {cache.doubt}")
        await self._commands.tell(
            cache.station_id, cache.spoken, ClearCache(), command_id=command_id
        )
