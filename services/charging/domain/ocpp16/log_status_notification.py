"""``LogStatusNotification`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class LogStatusNotification(Message, frozen=True, kw_only=True):
    """How the upload of a log goes."""

    status: Literal[
        "BadMessage",
        "Idle",
        "NotSupportedOperation",
        "PermissionDenied",
        "Uploaded",
        "UploadFailure",
        "Uploading",
    ]
    request_id: int | None = None


class LogStatusNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
