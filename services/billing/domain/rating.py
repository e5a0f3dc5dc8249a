"""Rating: what a contract's month costs. Pure; Decimal, never rounded before the line.

Which day counts (docs/billing.md gives the reasons):
- the month of a record is the one in which it ended, in the contract's time zone;
- its price is the one in force when it began, which the driver could know (as in OCPI 2.2.1,
  section 11.3.1: a tariff's change does not touch a running session);
- its VAT rate is the one in force when it ended: the supply was complete then;
- the monthly fee of a part of a month is pro rata by calendar days.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Contract

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Commercial rounding to two places."""
    return amount.quantize(CENT, ROUND_HALF_UP)


class Unit(StrEnum):
    """UN/ECE Recommendation 20, as in an EN 16931 invoice (BT-130)."""

    KILOWATT_HOUR = "KWH"
    MONTH = "MON"
    DAY = "DAY"


@dataclass(frozen=True, kw_only=True)
class RatedRecord:
    """One record with what one kWh of it costs."""

    record: ChargingRecord
    price_per_kwh: Decimal
    vat_rate: Decimal
    month: BillingPeriod

    @property
    def amount(self) -> Decimal:
        """Net and exact."""
        return kilowatt_hours(self.record.energy_wh) * self.price_per_kwh


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """One price's line: ``quantity × unit_price / price_base`` (EN 16931, BT-129, 146, 149)."""

    description: str
    first_day: date
    last_day: date
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    price_base: int
    vat_rate: Decimal
    net: Decimal
    """Rounded to two places, for the first and only time."""


def kilowatt_hours(energy_wh: int) -> Decimal:
    """Exact to the watt-hour."""
    return Decimal(energy_wh).scaleb(-3)


def rate(contract: Contract, record: ChargingRecord) -> RatedRecord:
    """Price a record that is the contract's."""
    began = record.started_at.astimezone(contract.zone).date()
    ended = record.ended_at.astimezone(contract.zone).date()
    return RatedRecord(
        record=record,
        price_per_kwh=contract.terms_on(began).price_per_kwh,
        vat_rate=contract.terms_on(ended).vat_rate,
        month=BillingPeriod.of(record.ended_at, contract.zone),
    )


def fee_lines(contract: Contract, period: BillingPeriod) -> list[PricedLine]:
    """The monthly fee: one line for each of the terms in force in the month."""
    lines = []
    for terms in contract.terms:
        first = max(terms.valid_from, period.first_day)
        end = min(terms.valid_to or period.next_first_day, period.next_first_day)
        days = (end - first).days
        if days <= 0 or not terms.monthly_fee:
            continue
        whole = days == period.days
        lines.append(
            PricedLine(
                description="Monthly fee"
                if whole
                else f"Monthly fee, {days} of {period.days} days",
                first_day=first,
                last_day=date.fromordinal(end.toordinal() - 1),
                quantity=Decimal(1 if whole else days),
                unit=Unit.MONTH if whole else Unit.DAY,
                unit_price=terms.monthly_fee,
                price_base=1 if whole else period.days,
                vat_rate=terms.vat_rate,
                net=to_cents(terms.monthly_fee * days / period.days),
            )
        )
    return lines


def energy_lines(
    records: Iterable[RatedRecord], period: BillingPeriod
) -> list[tuple[PricedLine, list[RatedRecord]]]:
    """The energy: one line for each month of origin, price and VAT rate, with its records.

    Records of earlier months are those that came after their month was closed.
    """
    groups: dict[tuple[BillingPeriod, Decimal, Decimal], list[RatedRecord]] = defaultdict(list)
    for rated in records:
        groups[rated.month, rated.price_per_kwh, rated.vat_rate].append(rated)
    lines = []
    for (month, price, vat_rate), group in sorted(groups.items()):
        late = "" if month == period else f", supplied in {month}, recorded late"
        quantity = kilowatt_hours(sum(rated.record.energy_wh for rated in group))
        line = PricedLine(
            description=f"Charging energy{late}",
            first_day=month.first_day,
            last_day=date.fromordinal(month.next_first_day.toordinal() - 1),
            quantity=quantity,
            unit=Unit.KILOWATT_HOUR,
            unit_price=price,
            price_base=1,
            vat_rate=vat_rate,
            net=to_cents(quantity * price),
        )
        in_time = sorted(group, key=lambda rated: (rated.record.ended_at, rated.record.session_id))
        lines.append((line, in_time))
    return lines
