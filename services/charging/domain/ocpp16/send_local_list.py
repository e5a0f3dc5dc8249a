"""``SendLocalList`` (OCPP 1.6, section 5.15)."""

from typing import Literal

from services.charging.domain.ocpp16.types import IdTagInfo, IdToken, Message


class AuthorizationData(Message, frozen=True, kw_only=True):
    """An identifier on the list (section 7.1); in a difference, without `id_tag_info`: off it."""

    id_tag: IdToken
    id_tag_info: IdTagInfo | None = None


class SendLocalList(Message, frozen=True, kw_only=True):
    """The station's local authorisation list, or what changes in it."""

    list_version: int
    update_type: Literal["Differential", "Full"]
    local_authorization_list: list[AuthorizationData] | None = None


class SendLocalListResponse(Message, frozen=True, kw_only=True):
    """VersionMismatch: a difference to a list that the station does not have."""

    status: Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]
