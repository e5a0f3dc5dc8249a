"""A contract: who pays, for which tokens, on which terms, from when to when.

Dates are local dates of the contract's time zone; spans are half-open: ``valid_to`` is the first
day that no longer belongs. A contract ends where its last terms end.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Ge, Le, Len

Text = Annotated[str, Len(1, 200)]
CountryCode = Annotated[str, Len(2, 2)]
"""ISO 3166-1 alpha-2."""

Strict: dict[str, object] = {"extra": "forbid"}
"""A misspelt field in a request is an error, not something to pass over."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """A party's name and postal address (EN 16931, BG-5 and BG-8)."""

    __pydantic_config__: ClassVar[dict[str, object]] = Strict
    name: Text
    street: Text
    postal_code: Text
    city: Text
    country: CountryCode
    vat_id: Text | None = None
    """Value added tax identifier (BT-31, BT-48)."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Prices for a span of days. Net amounts in the contract's currency."""

    __pydantic_config__: ClassVar[dict[str, object]] = Strict
    valid_from: date
    valid_to: date | None = None
    price_per_kwh: Annotated[Decimal, Ge(0)]
    monthly_fee: Annotated[Decimal, Ge(0)]
    vat_rate: Annotated[Decimal, Ge(0), Le(100)]
    """Per cent: 19 is 19 %."""

    def __post_init__(self) -> None:
        _must_be_a_span("terms", self.valid_from, self.valid_to)
        for name in ("price_per_kwh", "monthly_fee", "vat_rate"):
            _must_be_plain(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class Token:
    """An RFID card or app token, and who drives with it."""

    __pydantic_config__: ClassVar[dict[str, object]] = Strict
    uid: Text
    """Kept in upper case: comparisons ignore case (OCPP 1.6, section 4.1.1: CiString)."""
    driver: Text | None = None
    valid_from: date | None = None
    """Null: from the beginning of the contract."""
    valid_to: date | None = None
    """Null: to the end of the contract."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid.upper())
        if self.valid_from is not None:
            _must_be_a_span(f"token {self.uid}", self.valid_from, self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The whole contract, as it is put and kept. Raises `ValueError` when it contradicts itself."""

    __pydantic_config__: ClassVar[dict[str, object]] = Strict
    buyer: Address
    time_zone: str
    """IANA name; cuts the months."""
    currency: Literal["EUR"] = "EUR"
    terms: Annotated[tuple[Terms, ...], Len(1)]
    """In the order of time, without a gap."""
    tokens: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"time_zone: {self.time_zone!r} is no IANA time zone") from None
        for earlier, later in pairwise(self.terms):
            if earlier.valid_to != later.valid_from:
                raise ValueError(
                    f"terms: those from {earlier.valid_from} must end on the day on which the next"
                    f" begin, {later.valid_from}; they end on {earlier.valid_to}"
                )
        spans = defaultdict(list)
        for token in self.tokens:
            spans[token.uid].append(self.span_of(token))
        for uid, of_token in spans.items():
            for (_, end), (start, _) in pairwise(sorted(of_token, key=lambda span: span[0])):
                if end is None or start < end:
                    raise ValueError(f"tokens: {uid} is there twice on {start}")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that cuts the months."""
        return ZoneInfo(self.time_zone)

    @property
    def valid_from(self) -> date:
        """The contract's first day."""
        return self.terms[0].valid_from

    @property
    def valid_to(self) -> date | None:
        """The first day after the contract; null while it has no end."""
        return self.terms[-1].valid_to

    def span_of(self, token: Token) -> tuple[date, date | None]:
        """When a token is this contract's; raises `ValueError` outside of the contract."""
        start, end = token.valid_from or self.valid_from, token.valid_to or self.valid_to
        if start < self.valid_from or (self.valid_to and (end or date.max) > self.valid_to):
            raise ValueError(
                f"tokens: {token.uid} is valid outside of the contract,"
                f" {self.valid_from} to {self.valid_to or 'open'}"
            )
        _must_be_a_span(f"token {token.uid}", start, end)
        return start, end

    def terms_on(self, day: date) -> Terms:
        """The terms in force on a day; beyond the contract, the nearest."""
        return next(
            (terms for terms in reversed(self.terms) if terms.valid_from <= day), self.terms[0]
        )

    def driver_of(self, uid: str, day: date) -> str | None:
        """Who drove with a token on a day."""
        for token in self.tokens:
            start, end = self.span_of(token)
            if token.uid == uid and start <= day and (end is None or day < end):
                return token.driver
        return None

    def change_of_closed_days(self, later: "Contract", closed_to: date) -> str | None:
        """What a later form would change of the days before `closed_to`; null if nothing.

        A token may be added in the past: what it charged is on the next invoice.
        """
        if later.time_zone != self.time_zone or later.currency != self.currency:
            return "time zone and currency stay once a month is closed"
        if _terms_before(closed_to, self) != _terms_before(closed_to, later):
            return f"the terms before {closed_to} are invoiced"
        gone = _tokens_before(closed_to, self) - _tokens_before(closed_to, later)
        if gone:
            uids = ", ".join(sorted({uid for uid, *_ in gone}))
            return f"tokens before {closed_to} are invoiced: {uids}"
        return None


def _terms_before(day: date, contract: Contract) -> list[tuple[object, ...]]:
    return [
        (t.valid_from, min(t.valid_to or day, day), t.price_per_kwh, t.monthly_fee, t.vat_rate)
        for t in contract.terms
        if t.valid_from < day
    ]


def _tokens_before(day: date, contract: Contract) -> set[tuple[str, str | None, date, date]]:
    spans = [(token, *contract.span_of(token)) for token in contract.tokens]
    return {(t.uid, t.driver, a, min(b or day, day)) for t, a, b in spans if a < day}


def _must_be_a_span(what: str, start: date, end: date | None) -> None:
    if end is not None and end <= start:
        raise ValueError(f"{what}: valid_to {end} must be after valid_from {start}")


def _must_be_plain(name: str, value: Decimal) -> None:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -6 <= exponent <= 0 or value >= 10**6:
        raise ValueError(f"{name}: {value} needs at most 6 digits on either side of the point")
