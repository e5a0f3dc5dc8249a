"""``SignedUpdateFirmware`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp16.types import DateTime, Location, Message


class Firmware(Message, frozen=True, kw_only=True):
    """Where the firmware is, and who vouches for it; the signature is in base64."""

    location: Location
    retrieve_date_time: DateTime
    signing_certificate: Annotated[str, msgspec.Meta(max_length=5500)]
    signature: Annotated[str, msgspec.Meta(max_length=800)]
    install_date_time: DateTime | None = None


class SignedUpdateFirmware(Message, frozen=True, kw_only=True):
    """New firmware is to be fetched, verified and installed; `retry_interval` in seconds."""

    request_id: int
    firmware: Firmware
    retries: int | None = None
    retry_interval: int | None = None


class SignedUpdateFirmwareResponse(Message, frozen=True, kw_only=True):
    """Whether the station will, or what is wrong with the certificate."""

    status: Literal[
        "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"
    ]
