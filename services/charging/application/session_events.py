"""Sessions as the events that other programs consume."""

from uuid import uuid4

from contracts.events import (
    SessionEnded,
    SessionEndedEvent,
    SessionEvent,
    SessionStarted,
    SessionStartedEvent,
)
from services.charging.application.ports import Clock
from services.charging.domain.ledger import Entry
from services.charging.domain.sessions import Session


class SessionEvents:
    """Makes events; each has an id of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of(self, entry: Entry) -> list[SessionEvent]:
        """What others are to hear of an entry of the ledger."""
        if entry.session is None:
            return []
        began = [self._started(entry.session)] if entry.begun_by else []
        return [*began, *([self._ended(entry.session)] if entry.ends else [])]

    def _started(self, session: Session) -> SessionStartedEvent:
        return SessionStartedEvent(
            id=str(uuid4()),
            time=self._clock(),
            data=SessionStarted(
                session_id=str(session.id),
                station_id=session.station_id,
                site_id=session.site_id,
                connector_id=session.connector_id,
                transaction_id=session.transaction_id,
                token_uid=session.token_uid,
                time_zone=session.time_zone,
                started_at=session.started_at,
                meter_start_wh=session.meter_start_wh,
            ),
        )

    def _ended(self, session: Session) -> SessionEndedEvent:
        if session.ending is None:
            raise ValueError(f"session {session.id} is not over")
        judgement = session.ending.judgement
        return SessionEndedEvent(
            id=str(uuid4()),
            time=self._clock(),
            data=SessionEnded(
                session_id=str(session.id),
                station_id=session.station_id,
                site_id=session.site_id,
                connector_id=session.connector_id,
                transaction_id=session.transaction_id,
                token_uid=session.token_uid,
                time_zone=session.time_zone,
                started_at=session.started_at,
                ended_at=session.ending.ended_at,
                meter_start_wh=session.meter_start_wh,
                meter_stop_wh=session.ending.meter_stop_wh,
                energy_wh=session.ending.energy_wh,
                stop_reason=session.ending.reason,
                signed_verdict=judgement.verdict.value if judgement else None,
            ),
        )
