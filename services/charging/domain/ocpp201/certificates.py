"""OCPP 2.0.1, block M: certificates of stations and of ISO 15118."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.certificate_hash_data import (
    CertificateHashData,
    OCSPRequestData,
)
from services.charging.domain.ocpp201.types import (
    Message,
    Some,
    StatusInfo,
    String50,
    String5500,
    String5600,
    String7500,
)

CertificateUse = Literal[
    "V2GRootCertificate",
    "MORootCertificate",
    "CSMSRootCertificate",
    "V2GCertificateChain",
    "ManufacturerRootCertificate",
]
InstallCertificateUse = Literal[
    "V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "ManufacturerRootCertificate"
]


class Get15118EVCertificate(Message, frozen=True, kw_only=True):
    """A vehicle asks for its contract's certificate (M01, M02); EXI in Base64."""

    iso15118_schema_version: String50
    action: Literal["Install", "Update"]
    exi_request: String5600


class Get15118EVCertificateResponse(Message, frozen=True, kw_only=True):
    """The answer of whoever issues such certificates; EXI in Base64."""

    status: Literal["Accepted", "Failed"]
    exi_response: String7500
    status_info: StatusInfo | None = None


class GetCertificateStatus(Message, frozen=True, kw_only=True):
    """Is a certificate revoked (M06)?"""

    ocsp_request_data: OCSPRequestData


class GetCertificateStatusResponse(Message, frozen=True, kw_only=True):
    """What the OCSP responder said: DER in Base64."""

    status: Literal["Accepted", "Failed"]
    status_info: StatusInfo | None = None
    ocsp_result: String5500 | None = None


class GetInstalledCertificateIds(Message, frozen=True, kw_only=True):
    """Which certificates does the station have (M03)?"""

    certificate_type: Some[CertificateUse] | None = None


class CertificateHashDataChain(Message, frozen=True, kw_only=True):
    """A certificate with those between it and its root."""

    certificate_hash_data: CertificateHashData
    certificate_type: CertificateUse
    child_certificate_hash_data: (
        Annotated[list[CertificateHashData], msgspec.Meta(min_length=1, max_length=4)] | None
    ) = None


class GetInstalledCertificateIdsResponse(Message, frozen=True, kw_only=True):
    """The certificates, by their hashes."""

    status: Literal["Accepted", "NotFound"]
    status_info: StatusInfo | None = None
    certificate_hash_data_chain: Some[CertificateHashDataChain] | None = None


class InstallCertificate(Message, frozen=True, kw_only=True):
    """A root certificate is to be trusted (M05), in PEM."""

    certificate_type: InstallCertificateUse
    certificate: String5500


class InstallCertificateResponse(Message, frozen=True, kw_only=True):
    """Whether it is."""

    status: Literal["Accepted", "Rejected", "Failed"]
    status_info: StatusInfo | None = None


class DeleteCertificate(Message, frozen=True, kw_only=True):
    """A certificate is not to be trusted any longer (M04)."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(Message, frozen=True, kw_only=True):
    """Whether it was there and is gone."""

    status: Literal["Accepted", "Failed", "NotFound"]
    status_info: StatusInfo | None = None
