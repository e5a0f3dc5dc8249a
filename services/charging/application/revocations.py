"""Load balancers that verify stations are told which certificates count no more.

The gateway refuses these at once, by its own book; the list is for who stands before it.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.charging.application.ports import Clock
from services.charging.domain.station_certificates import Revoked

logger = logging.getLogger(__name__)

PUBLISH_EVERY = 600.0
"""Seconds."""


@dataclass(slots=True)
class Unpublished:
    """A list that nobody was told yet, and the number of the one that it replaces."""

    revoked: Sequence[Revoked]
    number: int | None
    """To be set to its own."""


class RevocationAuthority(Protocol):
    """Who signs the list: only what it issued itself."""

    async def revocation_list(self, revoked: Sequence[Revoked], at: datetime) -> str:
        """In PEM."""


class RevocationBook(Protocol):
    """Where it stands what was revoked, and what of that was published."""

    def unpublished(
        self, trust_store: str, at: datetime
    ) -> AbstractAsyncContextManager[Unpublished | None]:
        """Held against other nodes, and kept as published when left without an error.

        None: all was published, or another node is just now about it.
        """


class TrustStore(Protocol):
    """Of a load balancer."""

    @property
    def name(self) -> str:
        """Which one."""

    async def replace(self, revoked: str, number: int | None) -> int:
        """Put the list in the place of another, if any; returns its own number.

        Raises `UnavailableError`.
        """


class Revocations:
    """A round of each node, where there are an authority and a trust store."""

    def __init__(
        self,
        authority: RevocationAuthority,
        book: RevocationBook,
        trust_store: TrustStore,
        clock: Clock,
    ) -> None:
        self._authority = authority
        self._book = book
        self._trust_store = trust_store
        self._clock = clock

    async def publish(self) -> None:
        """Tell the trust store, when something was revoked since; raises `UnavailableError`."""
        now = self._clock()
        async with self._book.unpublished(self._trust_store.name, now) as news:
            if news is None:
                return
            revoked = await self._authority.revocation_list(news.revoked, now)
            news.number = await self._trust_store.replace(revoked, news.number)
            logger.info("revoked certificates published", extra={"count": len(news.revoked)})
