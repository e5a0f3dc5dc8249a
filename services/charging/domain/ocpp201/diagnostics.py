"""OCPP 2.0.1, block N: logs and what a station knows of a customer."""

from typing import Literal

from services.charging.domain.ocpp201.certificate_hash_data import CertificateHashData
from services.charging.domain.ocpp201.id_token import IdToken
from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    StatusInfo,
    String64,
    String255,
    String512,
)

UploadLogStatus = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
    "AcceptedCanceled",
]


class LogParameters(Message, frozen=True, kw_only=True):
    """Where to upload the log to, and what part of it."""

    remote_location: String512
    oldest_timestamp: DateTime | None = None
    latest_timestamp: DateTime | None = None


class GetLog(Message, frozen=True, kw_only=True):
    """The station is to upload a log (N01); `retry_interval` in seconds."""

    log: LogParameters
    log_type: Literal["DiagnosticsLog", "SecurityLog"]
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class GetLogResponse(Message, frozen=True, kw_only=True):
    """AcceptedCanceled: accepted, and an earlier upload is given up."""

    status: Literal["Accepted", "Rejected", "AcceptedCanceled"]
    status_info: StatusInfo | None = None
    filename: String255 | None = None


class LogStatusNotification(Message, frozen=True, kw_only=True):
    """How an upload goes; `request_id` of the request for it."""

    status: UploadLogStatus
    request_id: int | None = None


class LogStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class CustomerInformation(Message, frozen=True, kw_only=True):
    """The station is to tell, or to forget, what it knows of a customer (N09, N10)."""

    request_id: int
    report: bool
    clear: bool
    customer_certificate: CertificateHashData | None = None
    id_token: IdToken | None = None
    customer_identifier: String64 | None = None


class CustomerInformationResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: Literal["Accepted", "Rejected", "Invalid"]
    status_info: StatusInfo | None = None


class NotifyCustomerInformation(Message, frozen=True, kw_only=True):
    """What it knows, in words; `tbc`: more is to come."""

    data: String512
    seq_no: int
    generated_at: DateTime
    request_id: int
    tbc: bool | None = None


class NotifyCustomerInformationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
