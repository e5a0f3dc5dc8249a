"""``SignedFirmwareStatusNotification`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class SignedFirmwareStatusNotification(Message, frozen=True, kw_only=True):
    """How the update with signed firmware goes."""

    status: Literal[
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
    request_id: int | None = None


class SignedFirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
