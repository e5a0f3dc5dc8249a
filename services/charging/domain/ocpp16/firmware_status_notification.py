"""``FirmwareStatusNotification`` (OCPP 1.6, section 4.5)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class FirmwareStatusNotification(Message, frozen=True, kw_only=True):
    """How the update of the firmware goes."""

    status: Literal[
        "Downloaded",
        "DownloadFailed",
        "Downloading",
        "Idle",
        "InstallationFailed",
        "Installing",
        "Installed",
    ]


class FirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
