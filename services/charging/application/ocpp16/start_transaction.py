"""A transaction began."""

import logging
from functools import partial

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp16.identifiers import tag_info
from services.charging.application.ports import Clock, Ledger, Posting
from services.charging.application.session_events import SessionEvents
from services.charging.domain import ledger
from services.charging.domain.ledger import Known
from services.charging.domain.ocpp16.start_transaction import (
    StartTransaction,
    StartTransactionResponse,
)
from services.charging.domain.reservations import named
from services.charging.domain.sessions import Start
from services.charging.domain.tokens import token_uid

logger = logging.getLogger(__name__)


class StartTransactionHandler:
    """Begins a session, once for however many repetitions of its start."""

    def __init__(self, sessions: Ledger, clock: Clock) -> None:
        self._ledger = sessions
        self._events = SessionEvents(clock)

    async def handle(self, inbound: Inbound[StartTransaction]) -> StartTransactionResponse:
        """Answered when kept.

        A token that may not charge gets its status, and its session all the same: the station may
        have let the energy flow while offline.
        """
        message = inbound.message
        start = Start(
            station_id=inbound.station_id,
            connector_id=message.connector_id,
            token_uid=token_uid(message.id_tag),
            said_at=message.timestamp,
            received_at=inbound.received_at,
            meter_start_wh=message.meter_start,
            reservation_number=named(message.reservation_id),
        )
        posting = await self._ledger.post(start, partial(self._decide, inbound, start))
        session, status = posting.entry.session, posting.entry.authorization
        if session is None or status is None:
            raise RuntimeError("a start always has its session")
        logger.info(
            "session started",
            extra={
                "station_id": start.station_id,
                "session_id": str(session.id),
                "authorization": status,
            },
        )
        return StartTransactionResponse(
            id_tag_info=tag_info(status, posting.token, inbound.received_at),
            transaction_id=session.transaction_id,
        )

    def _decide(self, inbound: Inbound[StartTransaction], said: Start, known: Known) -> Posting:
        entry = ledger.start(said, known)
        return Posting(
            entry, self._events.of(entry), inbound.quarantine(entry.findings), known.token
        )
