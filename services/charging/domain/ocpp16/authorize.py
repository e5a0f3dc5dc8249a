"""``Authorize`` (OCPP 1.6, section 4.1)."""

from services.charging.domain.ocpp16.types import IdTagInfo, IdToken, Message


class Authorize(Message, frozen=True, kw_only=True):
    """May this identifier charge?"""

    id_tag: IdToken


class AuthorizeResponse(Message, frozen=True, kw_only=True):
    """What the central system thinks of the identifier."""

    id_tag_info: IdTagInfo
