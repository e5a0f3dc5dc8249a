"""OCPP 2.0.1, block D: the local authorisation list."""

from typing import Literal

from services.charging.domain.ocpp201.id_token import IdToken, IdTokenInfo
from services.charging.domain.ocpp201.types import Message, Some, StatusInfo


class AuthorizationData(Message, frozen=True, kw_only=True):
    """An identifier of the list; without `id_token_info` it is to leave the list."""

    id_token: IdToken
    id_token_info: IdTokenInfo | None = None


class SendLocalList(Message, frozen=True, kw_only=True):
    """Identifiers that the station is to know by itself (D01)."""

    version_number: int
    update_type: Literal["Differential", "Full"]
    local_authorization_list: Some[AuthorizationData] | None = None


class SendLocalListResponse(Message, frozen=True, kw_only=True):
    """Whether it does."""

    status: Literal["Accepted", "Failed", "VersionMismatch"]
    status_info: StatusInfo | None = None


class GetLocalListVersion(Message, frozen=True, kw_only=True):
    """Which version of the list does the station have (D02)?"""


class GetLocalListVersionResponse(Message, frozen=True, kw_only=True):
    """The version; 0 when there is no list."""

    version_number: int
