"""``ClearChargingProfile`` (OCPP 1.6, section 5.5)."""

from typing import Literal

from services.charging.domain.ocpp16.charging_profile import ChargingProfilePurpose
from services.charging.domain.ocpp16.types import Message


class ClearChargingProfile(Message, frozen=True, kw_only=True):
    """Every profile that fits all that is given is to go."""

    id: int | None = None
    connector_id: int | None = None
    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None


class ClearChargingProfileResponse(Message, frozen=True, kw_only=True):
    """Unknown: none fitted."""

    status: Literal["Accepted", "Unknown"]
