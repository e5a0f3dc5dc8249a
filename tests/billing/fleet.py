"""A fleet customer and its sessions, to be varied by tests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from contracts.events import SessionEnded, SessionEndedEvent, encode
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Address, Contract, Terms, Token
from services.billing.domain.invoice import Seller

SELLER = Seller(
    address=Address(
        name="Fleetcharge GmbH",
        street="Stromweg 1",
        postal_code="10115",
        city="Berlin",
        country="DE",
        vat_id="DE123456789",
    ),
    iban="DE02120300000000202051",
)
BUYER = Address(
    name="Musterflotte GmbH",
    street="Hafenstraße 12",
    postal_code="20457",
    city="Hamburg",
    country="DE",
)
MARCH = datetime(2026, 3, 10, 8, tzinfo=UTC)
AFTER_MARCH = datetime(2026, 4, 2, 6, tzinfo=UTC)


def terms(valid_from: str = "2026-01-01", valid_to: str | None = None, **changed: str) -> Terms:
    prices = {"price_per_kwh": "0.39", "monthly_fee": "49.90", "vat_rate": "19"} | changed
    return Terms(
        valid_from=date.fromisoformat(valid_from),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        **{name: Decimal(value) for name, value in prices.items()},
    )


def contract(*dated: Terms, tokens: tuple[Token, ...] | None = None, **changed: Any) -> Contract:
    return Contract(
        buyer=BUYER,
        terms=dated or (terms(),),
        tokens=(Token(uid="04A1", driver="Anna Schröder"),) if tokens is None else tokens,
        **{"time_zone": "Europe/Berlin"} | changed,
    )


def session(
    started_at: datetime = MARCH, hours: float = 2, energy_wh: int = 7780, **changed: Any
) -> SessionEnded:
    values: dict[str, Any] = {
        "session_id": str(uuid4()),
        "station_id": "HH-DEPOT-01",
        "site_id": "depot",
        "connector_id": 1,
        "transaction_id": 4711,
        "token_uid": "04A1",
        "time_zone": "Europe/Berlin",
        "started_at": started_at,
        "ended_at": started_at + timedelta(hours=hours),
        "meter_start_wh": 1000,
        "meter_stop_wh": 1000 + energy_wh,
        "energy_wh": energy_wh,
        "stop_reason": "Local",
    }
    return SessionEnded(**values | changed)


def record(*arguments: Any, **changed: Any) -> ChargingRecord:
    return ChargingRecord.of(session(*arguments, **changed))


def message(ended: SessionEnded | None = None, event_id: str | None = None) -> str:
    ended = ended or session()
    own_id = str(uuid4()) if event_id is None else event_id
    event = SessionEndedEvent(id=own_id, time=ended.ended_at, data=ended)
    return encode(event).decode()
