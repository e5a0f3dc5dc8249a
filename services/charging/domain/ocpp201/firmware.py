"""OCPP 2.0.1, block L: firmware."""

from typing import Literal

from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericStatus,
    Message,
    Some,
    StatusInfo,
    String32,
    String512,
    String800,
    String5500,
)

UpdateFirmwareStatus = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"
]
FirmwareStatus = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "DownloadScheduled",
    "DownloadPaused",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
    "InstallRebooting",
    "InstallScheduled",
    "InstallVerificationFailed",
    "InvalidSignature",
    "SignatureVerified",
]
PublishFirmwareStatus = Literal[
    "Idle",
    "DownloadScheduled",
    "Downloading",
    "Downloaded",
    "Published",
    "DownloadFailed",
    "DownloadPaused",
    "InvalidChecksum",
    "ChecksumVerified",
    "PublishFailed",
]


class Firmware(Message, frozen=True, kw_only=True):
    """New firmware, when to get it and how to check it."""

    location: String512
    retrieve_date_time: DateTime
    install_date_time: DateTime | None = None
    signing_certificate: String5500 | None = None
    signature: String800 | None = None
    """Base64."""


class UpdateFirmware(Message, frozen=True, kw_only=True):
    """The station is to install firmware (L01, L02); `retry_interval` in seconds."""

    request_id: int
    firmware: Firmware
    retries: int | None = None
    retry_interval: int | None = None


class UpdateFirmwareResponse(Message, frozen=True, kw_only=True):
    """AcceptedCanceled: accepted, and an earlier update is given up."""

    status: UpdateFirmwareStatus
    status_info: StatusInfo | None = None


class FirmwareStatusNotification(Message, frozen=True, kw_only=True):
    """How an update goes; `request_id` of the request for it."""

    status: FirmwareStatus
    request_id: int | None = None


class FirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class PublishFirmware(Message, frozen=True, kw_only=True):
    """A local controller is to offer firmware (L03); `checksum` is MD5 in hex."""

    location: String512
    checksum: String32
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class PublishFirmwareResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class PublishFirmwareStatusNotification(Message, frozen=True, kw_only=True):
    """How that goes; `location` says where it is offered."""

    status: PublishFirmwareStatus
    location: Some[String512] | None = None
    request_id: int | None = None


class PublishFirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""


class UnpublishFirmware(Message, frozen=True, kw_only=True):
    """A local controller is not to offer firmware any longer (L04)."""

    checksum: String32


class UnpublishFirmwareResponse(Message, frozen=True, kw_only=True):
    """Whether it does."""

    status: Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
