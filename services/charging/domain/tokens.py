"""Tokens: what drivers identify themselves with at a station."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.charging.domain.ocpp16.types import AuthorizationStatus

ANONYMOUS = "NOAUTHORIZATION"
"""The token of those whom nobody asked who they are: OCPP 2.0.1, ``NoAuthorization``. Where it is
registered, it may charge, and its holder pays."""

CACHED_FOR = timedelta(days=1)
"""How long a station may go by what it heard of a token; then it asks again."""
CACHED_WITH_PRICE_FOR = timedelta(minutes=10)
"""The same with a price: nobody is to read yesterday's."""


class TokenStatus(StrEnum):
    """Whether a token may charge."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Token:
    """A card or an app's identifier; `uid` is in upper case."""

    uid: str
    status: TokenStatus
    driver: str
    driver_id: str | None = None
    """``sub`` of the driver in the user pool, when the driver may sign in."""
    group_uid: str | None = None
    """Tokens of one group may stop each other's transactions: ``parentIdTag`` of OCPP 1.6,
    ``groupIdToken`` of 2.0.1."""
    ad_hoc: bool = False
    """Whoever charges by it has no contract, and pays what the token's company publishes for its
    site. Asked for at a station, it says whether that is so there."""


def token_uid(id_tag: str) -> str:
    """The uid behind an ``idTag``; identifiers ignore case (OCPP 1.6, section 7.28).

    What readers fill up with is none of it: U+FFFD stands for NUL, which nobody can keep.
    """
    return id_tag.strip().rstrip("\ufffd").upper()


def authorization(token: Token | None) -> AuthorizationStatus:
    """What a station hears of a token (OCPP 1.6, section 7.2)."""
    if token is None:
        return "Invalid"
    return "Accepted" if token.status is TokenStatus.ACCEPTED else "Blocked"
