"""``GetCompositeSchedule`` (OCPP 1.6, section 5.7)."""

from typing import Literal

from services.charging.domain.ocpp16.charging_profile import ChargingRateUnit, ChargingSchedule
from services.charging.domain.ocpp16.types import DateTime, Message


class GetCompositeSchedule(Message, frozen=True, kw_only=True):
    """What limits will hold for the next `duration` seconds, all profiles together?"""

    connector_id: int
    duration: int
    charging_rate_unit: ChargingRateUnit | None = None


class GetCompositeScheduleResponse(Message, frozen=True, kw_only=True):
    """The limits, when accepted."""

    status: Literal["Accepted", "Rejected"]
    connector_id: int | None = None
    schedule_start: DateTime | None = None
    charging_schedule: ChargingSchedule | None = None
