"""A ledger that ends sessions by stops of unknown transactions as soon as that is certain."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.charging.application.ports import (
    Clock,
    Decide,
    Ledger,
    Posting,
    Said,
    UnavailableError,
)
from services.charging.application.session_events import SessionEvents
from services.charging.domain import ledger
from services.charging.domain.ledger import Known
from services.charging.domain.stop_matching import PATIENCE, Matching

logger = logging.getLogger(__name__)

LOOK_EVERY = 60.0
"""Seconds between looks for stops that have waited long enough."""


class WaitingStops(Protocol):
    """Stops that have no session yet."""

    async def stations(self, received_before: datetime) -> Sequence[str]:
        """Those with such a stop, and with an open session that it may end."""


class MatchingLedger:
    """Keeps as the ledger behind it does, and looks whose the stops are: at once, and again later.

    Runs on every node; a station is looked at by one at a time.
    """

    def __init__(self, sessions: Ledger, waiting: WaitingStops, clock: Clock) -> None:
        self._ledger = sessions
        self._waiting = waiting
        self._clock = clock
        self._events = SessionEvents(clock)

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when it is kept."""
        posting = await self._ledger.post(said, decide)
        if posting.entry.may_match:
            try:
                await self.match(said.station_id)
            except UnavailableError:
                # What the station said is kept; the next look finds the rest.
                logger.warning("not matched", extra={"station_id": said.station_id})
        return posting

    async def match(self, station_id: str) -> None:
        """End all sessions of a station whose stops are certain."""

        def decide(known: Known) -> Posting:
            entry = ledger.match(said, known)
            return Posting(entry, self._events.of(entry), [])

        ends = True
        while ends:
            said = Matching(station_id=station_id, at=self._clock())
            entry = (await self._ledger.post(said, decide)).entry
            ends = entry.ends
            if entry.session is not None:
                logger.info(
                    "session ended by a stop of an unknown transaction",
                    extra={"station_id": station_id, "session_id": str(entry.session.id)},
                )

    async def look(self) -> None:
        """Look at the stops that have waited long enough."""
        for station_id in await self._waiting.stations(self._clock() - PATIENCE):
            await self.match(station_id)
