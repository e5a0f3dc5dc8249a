"""What is thought of identifiers, in the words of OCPP 1.6."""

from datetime import datetime

from services.charging.domain.ocpp16.types import AuthorizationStatus, IdTagInfo
from services.charging.domain.tokens import CACHED_FOR, Token


def tag_info(status: AuthorizationStatus, token: Token | None, at: datetime) -> IdTagInfo:
    """What is thought at a moment: with the group of the token, if it has one."""
    if token is None:
        return IdTagInfo(status=status)
    return IdTagInfo(status=status, expiry_date=at + CACHED_FOR, parent_id_tag=token.group_uid)
