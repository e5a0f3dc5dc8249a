"""The invoice: issued once, never changed. Terms of EN 16931-1 are named by their BT numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Address, Contract
from services.billing.domain.rating import (
    PricedLine,
    energy_lines,
    fee_lines,
    rate,
    to_cents,
)

PAYMENT_TERM = timedelta(days=14)


class Reason(StrEnum):
    """Why a month of a contract has an invoice; at most one for each reason."""

    REGULAR = "regular"


@dataclass(frozen=True, kw_only=True)
class Seller:
    """Who issues the invoice, and where to pay."""

    address: Address
    iban: str


@dataclass(frozen=True, kw_only=True)
class VatBreakdown:
    """One VAT category (BG-23), where VAT is worked out and rounded, once."""

    category: str
    """``S`` standard, ``Z`` zero rated (UNTDID 5305)."""
    rate: Decimal
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, kw_only=True)
class InvoicedSession:
    """One session of the annex. Start and end by the clock of the site."""

    line: int
    """Number of the line that bills it."""
    session_id: str
    station_id: str
    site_id: str
    token_uid: str
    driver: str | None
    started_at: datetime
    ended_at: datetime
    energy_wh: int
    price_per_kwh: Decimal
    amount: Decimal
    """Net, to four places, for information: money is rounded in the line."""


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """All that the documents say."""

    number: str
    issue_date: date
    due_date: date
    contract_id: str
    period: str
    """``YYYY-MM``"""
    reason: Reason
    first_day: date
    last_day: date
    time_zone: str
    currency: str
    seller: Seller
    buyer: Address
    lines: tuple[PricedLine, ...]
    """Numbered from 1 in this order (BT-126)."""
    vat: tuple[VatBreakdown, ...]
    net: Decimal
    vat_total: Decimal
    total: Decimal
    """Net and VAT: what is due (BT-115)."""
    sessions: tuple[InvoicedSession, ...]


@dataclass(frozen=True)
class Draft:
    """A month's lines and sessions before the invoice has its number."""

    lines: tuple[PricedLine, ...]
    sessions: tuple[InvoicedSession, ...]


def draft(contract: Contract, period: BillingPeriod, records: Iterable[ChargingRecord]) -> Draft:
    """What a month costs; the order of the records does not matter."""
    lines = fee_lines(contract, period)
    sessions = []
    for line, of_line in energy_lines((rate(contract, record) for record in records), period):
        lines.append(line)
        for rated in of_line:
            record = rated.record
            started_at, ended_at = record.site_hours
            driven_on = record.started_at.astimezone(contract.zone).date()
            sessions.append(
                InvoicedSession(
                    line=len(lines),
                    session_id=record.session_id,
                    station_id=record.station_id,
                    site_id=record.site_id,
                    token_uid=record.token_uid,
                    driver=contract.driver_of(record.token_uid, driven_on),
                    started_at=started_at,
                    ended_at=ended_at,
                    energy_wh=record.energy_wh,
                    price_per_kwh=rated.price_per_kwh,
                    amount=rated.amount.quantize(Decimal("0.0001"), ROUND_HALF_UP),
                )
            )
    return Draft(tuple(lines), tuple(sessions))


def issue(
    draft: Draft,
    *,
    number: str,
    issue_date: date,
    contract_id: str,
    contract: Contract,
    period: BillingPeriod,
    reason: Reason,
    seller: Seller,
) -> Invoice:
    """The invoice of a draft."""
    vat = vat_breakdown(draft.lines)
    net = sum((line.net for line in draft.lines), Decimal(0))
    vat_total = sum((entry.vat for entry in vat), Decimal(0))
    return Invoice(
        number=number,
        issue_date=issue_date,
        due_date=issue_date + PAYMENT_TERM,
        contract_id=contract_id,
        period=str(period),
        reason=reason,
        first_day=period.first_day,
        last_day=period.next_first_day - timedelta(days=1),
        time_zone=contract.time_zone,
        currency=contract.currency,
        seller=seller,
        buyer=contract.buyer,
        lines=draft.lines,
        vat=vat,
        net=net,
        vat_total=vat_total,
        total=net + vat_total,
        sessions=draft.sessions,
    )


def vat_breakdown(lines: Iterable[PricedLine]) -> tuple[VatBreakdown, ...]:
    """VAT on each category's sum, never on a line."""
    nets: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.vat_rate] += line.net
    return tuple(
        VatBreakdown(
            category="S" if rate else "Z", rate=rate, net=net, vat=to_cents(net * rate / 100)
        )
        for rate, net in sorted(nets.items(), reverse=True)
    )
