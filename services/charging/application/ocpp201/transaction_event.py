"""A transaction began, went on or ended."""

import logging
from functools import partial

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp201.begun_sessions import BegunSessions
from services.charging.application.ocpp201.identifiers import token_info, uid_of
from services.charging.application.ports import Clock, Ledger, MeterReadings, Posting, SignedRecords
from services.charging.application.session_events import SessionEvents
from services.charging.domain import transaction_ledger
from services.charging.domain.ledger import Known
from services.charging.domain.metering import MeterReading
from services.charging.domain.ocpp201.energy_register import Registers, energy_registers
from services.charging.domain.ocpp201.id_token import IdTokenInfo
from services.charging.domain.ocpp201.transactions import TransactionEvent, TransactionEventResponse
from services.charging.domain.reservations import named
from services.charging.domain.signed_metering.extraction import signed_in_201
from services.charging.domain.transactions import Kind, TransactionReport

logger = logging.getLogger(__name__)


class TransactionEventHandler:
    """Tells the ledger of sessions what concerns it, and keeps meter values."""

    def __init__(
        self, sessions: Ledger, readings: MeterReadings, signed: SignedRecords, clock: Clock
    ) -> None:
        self._ledger = sessions
        self._readings = readings
        self._signed = signed
        self._events = SessionEvents(clock)
        self._begun = BegunSessions()

    async def handle(self, inbound: Inbound[TransactionEvent]) -> TransactionEventResponse:
        """Answered when kept.

        A token that may not charge gets its status, and the session is recorded all the same.
        What it costs is not known here: no ``totalCost``, which does not mean that it is free.
        """
        message = inbound.message
        registers, findings = energy_registers(message.meter_value or (), inbound.received_at)
        report = _report(inbound, registers)
        if signed := signed_in_201(message.meter_value or ()):
            # Before the event: a session is judged as it ends.
            await self._signed.add(
                inbound.station_id, report.station_transaction_id, signed, inbound.received_at
            )
        begun = self._begun.get(report.station_id, report.station_transaction_id)
        thought: IdTokenInfo | None = None
        if begun is None or not report.is_plain or (report.evse_id and not begun[1]):
            thought = await self._post(inbound, report)
            begun = self._begun.get(report.station_id, report.station_transaction_id)
        if message.meter_value:
            reading = MeterReading(
                station_id=inbound.station_id,
                connector_id=(begun and begun[1]) or report.evse_id or 0,
                transaction_id=begun[0] if begun else None,
                measured_at=registers.measured_at,
                register_wh=registers.last_wh,
                received=inbound.text,
                received_at=inbound.received_at,
            )
            await self._readings.add(reading, inbound.quarantine(findings))
        return TransactionEventResponse(id_token_info=thought)

    async def _post(
        self, inbound: Inbound[TransactionEvent], report: TransactionReport
    ) -> IdTokenInfo | None:
        posting = await self._ledger.post(report, partial(self._decide, inbound, report))
        entry = posting.entry
        if entry.session is not None:
            self._begun.remember(entry.session, report.station_transaction_id)
        if entry.begun_by or entry.ends:
            logger.info(
                "session ended" if entry.ends else "session started",
                extra={
                    "station_id": report.station_id,
                    "session_id": str(entry.session.id) if entry.session else None,
                    "authorization": entry.authorization,
                },
            )
        if entry.authorization is None:
            return None
        return token_info(entry.authorization, posting.token, inbound.received_at)

    def _decide(
        self, inbound: Inbound[TransactionEvent], said: TransactionReport, known: Known
    ) -> Posting:
        entry = transaction_ledger.report(said, known)
        return Posting(
            entry, self._events.of(entry), inbound.quarantine(entry.findings), known.token
        )


def _report(inbound: Inbound[TransactionEvent], registers: Registers) -> TransactionReport:
    message = inbound.message
    return TransactionReport(
        station_id=inbound.station_id,
        station_transaction_id=message.transaction_info.transaction_id,
        seq_no=message.seq_no,
        kind=Kind(message.event_type),
        said_at=message.timestamp,
        received_at=inbound.received_at,
        evse_id=message.evse.id if message.evse else None,
        token_uid=uid_of(message.id_token) if message.id_token else None,
        first_register_wh=registers.first_wh,
        last_register_wh=registers.last_wh,
        reason=message.transaction_info.stopped_reason,
        reservation_number=named(message.reservation_id),
        received=inbound.text,
    )
