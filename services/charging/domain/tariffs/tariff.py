"""A tariff in the words of OCPI 2.2.1 (section 11): net prices, from which gross ones are made."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

_OF_OCPI = Decimal("0.0001")
"""Numbers of OCPI have four decimals (section 16, ``number``)."""


class Currency(StrEnum):
    """Those in which the European Economic Area and its neighbours pay (ISO 4217)."""

    CHF = "CHF"
    CZK = "CZK"
    DKK = "DKK"
    EUR = "EUR"
    GBP = "GBP"
    HUF = "HUF"
    ISK = "ISK"
    NOK = "NOK"
    PLN = "PLN"
    RON = "RON"
    SEK = "SEK"

    @property
    def minor_unit(self) -> Decimal:
        """The least amount that can be paid."""
        return Decimal(1) if self is Currency.ISK else Decimal("0.01")

    def rounded(self, amount: Decimal) -> Decimal:
        """Commercially, to what can be paid."""
        return amount.quantize(self.minor_unit, ROUND_HALF_UP)


class Dimension(StrEnum):
    """What a price is for."""

    FLAT = "FLAT"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceComponent:
    """The net price of a session, a kWh or an hour."""

    type: Dimension
    price: Decimal
    vat: Decimal | None = None
    """Per cent; None: there is none on it."""
    step_size: int = 1
    """Wh or seconds: each that has begun is paid for as a whole. Nothing of a flat price."""

    @property
    def gross(self) -> Decimal:
        """Of a session, a kWh or a minute, to four decimals: as it is shown, and as it is rated.

        No net price makes 0.59 EUR with 19 % VAT. Whoever multiplies what is published is to come
        to what is asked, so what is published counts.
        """
        gross = self.price * (100 + (self.vat or 0)) / 100
        is_of_time = self.type in {Dimension.TIME, Dimension.PARKING_TIME}
        return (gross / 60 if is_of_time else gross).quantize(_OF_OCPI, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """When an element holds, in seconds since the session began."""

    min_duration: int | None = None
    """From then on."""
    max_duration: int | None = None
    """Until before then."""

    def hold(self, seconds: int) -> bool:
        """Whether they do at that moment."""
        begins, ends = self.min_duration or 0, self.max_duration
        return begins <= seconds and (ends is None or seconds < ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffElement:
    """Prices that hold together; of each dimension, the first element in the list that holds."""

    price_components: tuple[PriceComponent, ...]
    restrictions: Restrictions = Restrictions()

    def price(self, dimension: Dimension) -> PriceComponent | None:
        """None: this element has none."""
        return next((one for one in self.price_components if one.type is dimension), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of a whole session."""

    excl_vat: Decimal
    incl_vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayText:
    """For people to read."""

    language: str
    """ISO 639-1."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a session costs."""

    currency: Currency
    elements: tuple[TariffElement, ...]
    min_price: Price | None = None
    max_price: Price | None = None
    tariff_alt_text: tuple[DisplayText, ...] = ()
    """In the operator's own words; at most one, as there is room for one on a display."""

    def price(self, dimension: Dimension, seconds: int = 0) -> PriceComponent | None:
        """In force at a moment, in seconds since the session began; None: free."""
        holding = (one for one in self.elements if one.restrictions.hold(seconds))
        return next(filter(None, (one.price(dimension) for one in holding)), None)
