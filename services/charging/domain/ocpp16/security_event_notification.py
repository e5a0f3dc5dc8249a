"""``SecurityEventNotification`` (Improved security for OCPP 1.6-J, section 5)."""

from services.charging.domain.ocpp16.types import CiString50, CiString255, DateTime, Message


class SecurityEventNotification(Message, frozen=True, kw_only=True):
    """Something that concerns the station's security, by the names of the white paper's list."""

    type: CiString50
    timestamp: DateTime
    tech_info: CiString255 | None = None


class SecurityEventNotificationResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
