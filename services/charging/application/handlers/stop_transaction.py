"""A transaction is over."""

import logging

from services.charging.application.inbound import Inbound
from services.charging.application.ports import Clock, Ledger, MeterReadings, Transaction
from services.charging.application.session_events import SessionEvents
from services.charging.domain.metering import MeterReading, energy_register
from services.charging.domain.ocpp16.stop_transaction import (
    StopTransaction,
    StopTransactionResponse,
)
from services.charging.domain.ocpp16.types import IdTagInfo
from services.charging.domain.quarantine import Finding, Rule
from services.charging.domain.sessions import Session, Stop
from services.charging.domain.tokens import authorization, token_uid

logger = logging.getLogger(__name__)


class StopTransactionHandler:
    """Ends a session; a repeated stop changes nothing and gets the same answer."""

    def __init__(self, ledger: Ledger, readings: MeterReadings, clock: Clock) -> None:
        self._ledger = ledger
        self._readings = readings
        self._events = SessionEvents(clock)

    async def handle(self, inbound: Inbound[StopTransaction]) -> StopTransactionResponse:
        """Answered when kept; the station is told yes for transactions that nobody knows, too."""
        message = inbound.message
        if message.transaction_data:
            await self._keep_transaction_data(inbound)
        uid = token_uid(message.id_tag) if message.id_tag else None
        stop = Stop(
            station_id=inbound.station_id,
            transaction_id=message.transaction_id,
            token_uid=uid,
            said_at=message.timestamp,
            received_at=inbound.received_at,
            meter_stop_wh=message.meter_stop,
            reason=message.reason or "Local",
        )
        async with self._ledger.transaction() as transaction:
            session, findings = await self._session_of(transaction, stop)
            if session is not None:
                ended, odd = session.stopped(stop)
                findings += odd
                if session.ending is None:
                    await transaction.sessions.end(ended)
                    await transaction.outbox.put(self._events.ended(ended))
            if findings:
                await transaction.quarantine.add(inbound.quarantine(findings))
            token = await transaction.tokens.get(uid) if uid else None
        logger.info(
            "session ended" if session else "stop of an unknown transaction",
            extra={
                "station_id": stop.station_id,
                "session_id": str(session.id) if session else None,
                "transaction_id": stop.transaction_id,
            },
        )
        status = IdTagInfo(status=authorization(token)) if uid else None
        return StopTransactionResponse(id_tag_info=status)

    async def _session_of(
        self, transaction: Transaction, stop: Stop
    ) -> tuple[Session | None, list[Finding]]:
        session = await transaction.sessions.of_transaction(stop.station_id, stop.transaction_id)
        if session is not None:
            return session, []
        if not await transaction.sessions.keep_unmatched(stop):
            return None, []
        findings = [Finding(Rule.STOP_OF_UNKNOWN_TRANSACTION, str(stop.transaction_id))]
        for candidate in await transaction.sessions.open_at(stop.station_id):
            if candidate.is_ended_by(stop):
                await transaction.sessions.match(stop, candidate)
                return candidate, findings
        return None, findings

    async def _keep_transaction_data(self, inbound: Inbound[StopTransaction]) -> None:
        message = inbound.message
        measured_at, register_wh, findings = energy_register(
            message.transaction_data or [], inbound.received_at
        )
        reading = MeterReading(
            station_id=inbound.station_id,
            connector_id=0,
            transaction_id=message.transaction_id,
            measured_at=measured_at,
            register_wh=register_wh,
            received=inbound.payload.decode(),
            received_at=inbound.received_at,
        )
        await self._readings.add(reading, inbound.quarantine(findings))
