"""What is thought of identifiers, in the words of OCPP 1.6."""

from services.charging.domain.ocpp16.types import AuthorizationStatus, IdTagInfo
from services.charging.domain.tokens import Token


def tag_info(status: AuthorizationStatus, token: Token | None) -> IdTagInfo:
    """With the group of the token, if it has one."""
    return IdTagInfo(status=status, parent_id_tag=token.group_uid if token else None)
