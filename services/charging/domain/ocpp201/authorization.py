"""OCPP 2.0.1, block C: authorisation."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.certificate_hash_data import OCSPRequestData
from services.charging.domain.ocpp201.id_token import IdToken, IdTokenInfo
from services.charging.domain.ocpp201.types import Message, StatusInfo, String5500

AuthorizeCertificateStatus = Literal[
    "Accepted",
    "SignatureError",
    "CertificateExpired",
    "CertificateRevoked",
    "NoCertificateAvailable",
    "CertChainError",
    "ContractCancelled",
]


class Authorize(Message, frozen=True, kw_only=True):
    """May this identifier charge (C01), or this contract (C07)?"""

    id_token: IdToken
    certificate: String5500 | None = None
    """Of the contract, in PEM, when the station cannot check it."""
    iso15118_certificate_hash_data: (
        Annotated[list[OCSPRequestData], msgspec.Meta(min_length=1, max_length=4)] | None
    ) = None


class AuthorizeResponse(Message, frozen=True, kw_only=True):
    """What the central system thinks of the identifier."""

    id_token_info: IdTokenInfo
    certificate_status: AuthorizeCertificateStatus | None = None
    """Of the contract's certificate, when there is one."""


class ClearCache(Message, frozen=True, kw_only=True):
    """The station is to forget what it remembers of identifiers (C11)."""


class ClearCacheResponse(Message, frozen=True, kw_only=True):
    """Whether it has."""

    status: Literal["Accepted", "Rejected"]
    status_info: StatusInfo | None = None
