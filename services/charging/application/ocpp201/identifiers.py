"""Identifiers of OCPP 2.0.1 as tokens, and what is thought of them."""

from datetime import datetime

from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.ocpp201.id_token import IdToken, IdTokenInfo, named_by_us
from services.charging.domain.ocpp201.types import MessageContent
from services.charging.domain.tokens import (
    ANONYMOUS,
    CACHED_FOR,
    CACHED_WITH_PRICE_FOR,
    Token,
    token_uid,
)


def uid_of(id_token: IdToken) -> str:
    """The token's uid, whatever kind of identifier it is."""
    return ANONYMOUS if id_token.type == "NoAuthorization" else token_uid(id_token.id_token)


def token_info(
    status: AuthorizationStatus,
    token: Token | None,
    at: datetime,
    price: MessageContent | None = None,
) -> IdTokenInfo:
    """What is thought at a moment, and what charging by the token will cost.

    A token that nobody knows is ``Unknown``; OCPP 1.6 has ``Invalid`` for it.
    """
    cached_for = CACHED_WITH_PRICE_FOR if price else CACHED_FOR
    return IdTokenInfo(
        status="Unknown" if status == "Invalid" else status,
        cache_expiry_date_time=at + cached_for if token else None,
        group_id_token=named_by_us(token.group_uid if token else None),
        personal_message=price,
    )
