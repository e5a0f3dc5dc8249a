"""``SetChargingProfile`` (OCPP 1.6, section 5.16)."""

from typing import Literal

from services.charging.domain.ocpp16.charging_profile import ChargingProfile
from services.charging.domain.ocpp16.types import Message


class SetChargingProfile(Message, frozen=True, kw_only=True):
    """A profile for a connector, or for the whole station when `connector_id` is 0."""

    connector_id: int
    cs_charging_profiles: ChargingProfile


class SetChargingProfileResponse(Message, frozen=True, kw_only=True):
    """Whether the station will keep to it."""

    status: Literal["Accepted", "Rejected", "NotSupported"]
