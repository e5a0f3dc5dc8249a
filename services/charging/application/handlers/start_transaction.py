"""A transaction began."""

import logging

from services.charging.application.inbound import Inbound
from services.charging.application.ports import Clock, Ledger, Transaction
from services.charging.application.session_events import SessionEvents
from services.charging.domain.metering import trusted
from services.charging.domain.ocpp16.start_transaction import (
    StartTransaction,
    StartTransactionResponse,
)
from services.charging.domain.ocpp16.types import IdTagInfo
from services.charging.domain.quarantine import Finding, Rule
from services.charging.domain.sessions import Session, Start
from services.charging.domain.tokens import authorization, token_uid

logger = logging.getLogger(__name__)


class StartTransactionHandler:
    """Begins a session, once for however many repetitions of its start."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
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
        )
        async with self._ledger.transaction() as transaction:
            token = await transaction.tokens.get(start.token_uid)
            status = authorization(token)
            session = await self._repeated(transaction, start)
            if session is None:
                started_at, findings = trusted(start.said_at, start.received_at)
                identity = start.identity
                if start.has_unset_clock and await transaction.sessions.started_by(identity):
                    identity = start.identity_of_its_own
                session = await transaction.sessions.begin(start, identity, started_at, status)
                if token is None:
                    findings.append(Finding(Rule.TOKEN_UNKNOWN, start.token_uid))
                if findings:
                    await transaction.quarantine.add(inbound.quarantine(findings))
                await transaction.outbox.put(self._events.started(session))
                await self._end_by_earlier_stop(transaction, session)
        logger.info(
            "session started",
            extra={
                "station_id": start.station_id,
                "session_id": str(session.id),
                "authorization": status,
            },
        )
        return StartTransactionResponse(
            id_tag_info=IdTagInfo(status=status), transaction_id=session.transaction_id
        )

    async def _repeated(self, transaction: Transaction, start: Start) -> Session | None:
        """The session that this start began before."""
        session = await transaction.sessions.started_by(start.identity)
        if session is not None and session.ending is not None and start.has_unset_clock:
            # The clock began anew with the station: the same words, but another session.
            return None
        return session

    async def _end_by_earlier_stop(self, transaction: Transaction, session: Session) -> None:
        for stop in await transaction.sessions.unmatched_at(session.station_id):
            if session.is_ended_by(stop):
                ended, _ = session.stopped(stop)
                await transaction.sessions.end(ended)
                await transaction.sessions.match(stop, ended)
                await transaction.outbox.put(self._events.ended(ended))
                return
