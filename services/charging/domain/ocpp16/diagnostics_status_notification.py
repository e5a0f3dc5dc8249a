"""``DiagnosticsStatusNotification`` (OCPP 1.6, section 4.4)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class DiagnosticsStatusNotification(Message, frozen=True, kw_only=True):
    """How the upload of diagnostics goes."""

    status: Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]


class DiagnosticsStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
