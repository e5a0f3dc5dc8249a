"""A transaction is over."""

import logging
from functools import partial

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp16.identifiers import tag_info
from services.charging.application.ports import Clock, Ledger, MeterReadings, Posting, SignedRecords
from services.charging.application.session_events import SessionEvents
from services.charging.domain import ledger
from services.charging.domain.ledger import Known
from services.charging.domain.metering import MeterReading, energy_register
from services.charging.domain.ocpp16.stop_transaction import (
    StopTransaction,
    StopTransactionResponse,
)
from services.charging.domain.sessions import Stop
from services.charging.domain.signed_metering.extraction import signed_in_16
from services.charging.domain.tokens import token_uid

logger = logging.getLogger(__name__)


class StopTransactionHandler:
    """Ends a session; a repeated stop changes nothing and gets the same answer."""

    def __init__(
        self, sessions: Ledger, readings: MeterReadings, signed: SignedRecords, clock: Clock
    ) -> None:
        self._ledger = sessions
        self._readings = readings
        self._signed = signed
        self._events = SessionEvents(clock)

    async def handle(self, inbound: Inbound[StopTransaction]) -> StopTransactionResponse:
        """Answered when kept; the station is told yes for transactions that nobody knows, too."""
        message = inbound.message
        if message.transaction_data:
            await self._keep_transaction_data(inbound)
        stop = Stop(
            station_id=inbound.station_id,
            transaction_id=message.transaction_id,
            token_uid=token_uid(message.id_tag) if message.id_tag else None,
            said_at=message.timestamp,
            received_at=inbound.received_at,
            meter_stop_wh=message.meter_stop,
            reason=message.reason or "Local",
        )
        posting = await self._ledger.post(stop, partial(self._decide, inbound, stop))
        session, status = posting.entry.session, posting.entry.authorization
        logger.info(
            "session ended" if session else "stop of an unknown transaction",
            extra={
                "station_id": stop.station_id,
                "session_id": str(session.id) if session else None,
                "transaction_id": stop.transaction_id,
            },
        )
        return StopTransactionResponse(
            id_tag_info=tag_info(status, posting.token, inbound.received_at) if status else None
        )

    def _decide(self, inbound: Inbound[StopTransaction], said: Stop, known: Known) -> Posting:
        entry = ledger.stop(said, known)
        return Posting(
            entry, self._events.of(entry), inbound.quarantine(entry.findings), known.token
        )

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
            received=inbound.text,
            received_at=inbound.received_at,
        )
        await self._readings.add(reading, inbound.quarantine(findings))
        if signed := signed_in_16(message.transaction_data or ()):
            # Before the stop: its session is judged as it ends.
            await self._signed.add(
                inbound.station_id, str(message.transaction_id), signed, inbound.received_at
            )
