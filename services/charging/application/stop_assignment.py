"""Stops of unknown transactions as operators see them, and whose they say that they are."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from services.charging.application.ports import Clock, Ledger, Posting
from services.charging.application.scope import Scope
from services.charging.application.session_events import SessionEvents
from services.charging.domain.ledger import Entry, Known
from services.charging.domain.quarantine import records
from services.charging.domain.sessions import Stop
from services.charging.domain.stop_assignment import (
    Assignment,
    NotWaitingError,
    UnfitStopError,
    assign,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingStopView:
    """A stop of an unknown transaction, kept until it is certain which session it ends."""

    id: int
    station_id: str
    ocpp_transaction_id: str
    """As the station said."""
    token_uid: str | None
    said_at: datetime
    received_at: datetime
    meter_stop_wh: int
    reason: str
    session_id: UUID | None
    """That it ended; None: it waits."""
    matched_at: datetime | None
    matched_by: str | None
    """``sub`` of the operator who said so; None: nobody had to."""

    @property
    def version(self) -> int:
        """Goes up when it gets its session, and never again."""
        return 1 if self.session_id is None else 2


class WaitingStopViews(Protocol):
    """Where they come from."""

    async def waiting_stops(
        self,
        scope: Scope,
        *,
        station_id: str | None,
        waiting: bool,
        before: int | None,
        limit: int,
    ) -> Sequence[WaitingStopView]:
        """Latest first, those that wait or those that did; `before` is a stop's id."""

    async def waiting_stop(self, scope: Scope, stop_id: int) -> WaitingStopView | None:
        """One, whether it waits or did."""

    async def stop(self, scope: Scope, stop_id: int) -> Stop | None:
        """The same, as it was kept."""


class StopAssignments:
    """Carries out what an operator says of a stop that waits."""

    def __init__(self, sessions: Ledger, clock: Clock) -> None:
        self._ledger = sessions
        self._events = SessionEvents(clock)

    async def assign(self, said: Assignment) -> None:
        """Return when it is kept; raises `NotWaitingError`, `UnfitStopError`."""
        refused: Exception | None = None

        def decide(known: Known) -> Posting:
            # Not raised from here: it would cost the other stations of the group their turn.
            nonlocal refused
            try:
                entry, refused = assign(said, known), None
            except (NotWaitingError, UnfitStopError) as error:
                entry, refused = Entry(session=None), error
            received = msgspec.json.encode(said.stop)
            odd = records(said.station_id, entry.findings, received, said.stop.received_at)
            return Posting(entry, self._events.of(entry), odd, known.token)

        await self._ledger.post(said, decide)
        if refused is not None:
            raise refused
        logger.info(
            "session ended by a stop that an operator assigned",
            extra={
                "station_id": said.station_id,
                "session_id": str(said.session_id),
                "by": said.by,
            },
        )
