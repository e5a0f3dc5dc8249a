"""A transaction began, went on or ended."""

import logging
from functools import partial

import msgspec

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp201.begun_sessions import Begun, BegunSessions
from services.charging.application.ocpp201.fares import Fare, price_of
from services.charging.application.ocpp201.identifiers import token_info, uid_of
from services.charging.application.ports import (
    Clock,
    Ledger,
    MeterReadings,
    Posting,
    SignedRecords,
    Tariffs,
)
from services.charging.application.session_events import SessionEvents
from services.charging.domain import transaction_ledger
from services.charging.domain.ledger import Known
from services.charging.domain.metering import MeterReading, trusted
from services.charging.domain.ocpp201.energy_register import Registers, energy_registers
from services.charging.domain.ocpp201.transactions import TransactionEvent, TransactionEventResponse
from services.charging.domain.ocpp201.types import MessageContent
from services.charging.domain.reservations import named
from services.charging.domain.sessions import Session
from services.charging.domain.signed_metering.extraction import signed_in_201
from services.charging.domain.transactions import Kind, TransactionReport

logger = logging.getLogger(__name__)


_KEPT = TransactionEventResponse()


class TransactionEventHandler:
    """Tells the ledger of sessions what concerns it, and keeps meter values."""

    def __init__(
        self,
        sessions: Ledger,
        tariffs: Tariffs,
        readings: MeterReadings,
        signed: SignedRecords,
        clock: Clock,
    ) -> None:
        self._ledger = sessions
        self._tariffs = tariffs
        self._readings = readings
        self._signed = signed
        self._events = SessionEvents(clock)
        self._begun = BegunSessions()

    async def handle(self, inbound: Inbound[TransactionEvent]) -> TransactionEventResponse:
        """Answered when kept.

        A token that may not charge gets its status, and the session is recorded all the same.
        What it costs is known of those who pay ad hoc; else there is no ``totalCost``, which does
        not mean that it is free.
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
        answer = _KEPT
        if begun is None or not report.is_plain or (report.evse_id and not begun.connector_id):
            answer = await self._post(inbound, report, begun)
            begun = self._begun.get(report.station_id, report.station_transaction_id)
        if message.meter_value:
            reading = MeterReading(
                station_id=inbound.station_id,
                connector_id=(begun and begun.connector_id) or report.evse_id or 0,
                transaction_id=begun.transaction_id if begun else None,
                measured_at=registers.measured_at,
                register_wh=registers.last_wh,
                received=inbound.text,
                received_at=inbound.received_at,
            )
            await self._readings.add(reading, inbound.quarantine(findings))
        if begun is not None and begun.fare is not None:
            answer = _with_fare(answer, begun.fare, report)
        return answer

    async def _post(
        self, inbound: Inbound[TransactionEvent], report: TransactionReport, begun: Begun | None
    ) -> TransactionEventResponse:
        posting = await self._ledger.post(report, partial(self._decide, inbound, report))
        entry, session, fare = posting.entry, posting.entry.session, None
        if session is not None:
            fare = await self._fare(session, begun)
            goes_on = fare if session.ending is None else None
            self._begun.remember(session, report.station_transaction_id, goes_on)
        if entry.begun_by or entry.ends:
            logger.info(
                "session ended" if entry.ends else "session started",
                extra={
                    "station_id": report.station_id,
                    "session_id": str(entry.session.id) if entry.session else None,
                    "authorization": entry.authorization,
                },
            )
        thought = None
        if entry.authorization is not None:
            price = await self._price(report, posting, fare)
            thought = token_info(entry.authorization, posting.token, inbound.received_at, price)
        ending = session.ending if session and report.kind is Kind.ENDED else None
        return TransactionEventResponse(
            id_token_info=thought, total_cost=fare.final(ending) if fare and ending else None
        )

    async def _fare(self, session: Session, begun: Begun | None) -> Fare | None:
        if not session.ad_hoc:
            return None
        if begun is not None and begun.fare is not None:
            return begun.fare
        published = await self._tariffs.of_session(session.id)
        return Fare(published, session) if published else None

    async def _price(
        self, report: TransactionReport, posting: Posting, fare: Fare | None
    ) -> MessageContent | None:
        """What whoever pays is to read; once it is over, the cost alone."""
        token, session = posting.token, posting.entry.session
        may_charge = posting.entry.authorization == "Accepted"
        if token is None or not token.ad_hoc or not may_charge or report.kind is Kind.ENDED:
            return None
        if session is not None:
            return fare.price if fare and session.token_uid == token.uid else None
        published = await self._tariffs.in_force(report.station_id, report.received_at)
        return price_of(published.tariff) if published else None

    def _decide(
        self, inbound: Inbound[TransactionEvent], said: TransactionReport, known: Known
    ) -> Posting:
        entry = transaction_ledger.report(said, known)
        return Posting(
            entry, self._events.of(entry), inbound.quarantine(entry.findings), known.token
        )


def _with_fare(
    answer: TransactionEventResponse, fare: Fare, report: TransactionReport
) -> TransactionEventResponse:
    at, _ = trusted(report.said_at, report.received_at)
    fare.metered(at, report.last_register_wh)
    if report.kind is not Kind.UPDATED:
        return answer
    return msgspec.structs.replace(
        answer, total_cost=fare.running(at), updated_personal_message=fare.step(at)
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
