"""A vehicle tells what it wants and will take; somebody else limits a station (block K)."""

from services.charging.application.inbound import Inbound
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ports import Notifications, SiteReports
from services.charging.domain.ocpp201.smart_charging_notices import (
    ClearedChargingLimit,
    ClearedChargingLimitResponse,
    NotifyChargingLimit,
    NotifyChargingLimitResponse,
    NotifyEVChargingNeeds,
    NotifyEVChargingNeedsResponse,
    NotifyEVChargingSchedule,
    NotifyEVChargingScheduleResponse,
)
from services.charging.domain.ocpp201.types import StatusInfo
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.vehicle import fits, periods, vehicle_needs

_NOT_PLANNED = StatusInfo(
    reason_code="NotEnabled", additional_info="the site has no limits, so it has no plan"
)


class SiteReportHandler:
    """All are kept as received, too, for people to read."""

    def __init__(self, sites: SiteReports, notifications: Notifications) -> None:
        self._sites = sites
        self._told = NotificationHandler(notifications, ClearedChargingLimitResponse())

    async def needs(self, inbound: Inbound[NotifyEVChargingNeeds]) -> NotifyEVChargingNeedsResponse:
        """Accepted: a profile comes at once; Processing: it comes when the session has begun."""
        message = inbound.message
        needs = vehicle_needs(
            message.charging_needs,
            inbound.received_at,
            most_periods=message.max_schedule_tuples,
        )
        planned = await self._sites.need(inbound.station_id, message.evse_id, needs)
        await self._told.handle(inbound)
        if planned.site_id is None:
            return NotifyEVChargingNeedsResponse(status="Rejected", status_info=_NOT_PLANNED)
        return NotifyEVChargingNeedsResponse(
            status="Accepted" if planned.has_session else "Processing"
        )

    async def schedule(
        self, inbound: Inbound[NotifyEVChargingSchedule]
    ) -> NotifyEVChargingScheduleResponse:
        """Rejected: it takes more than it was offered, so it is to ask anew (K16)."""
        message = inbound.message
        taken = list(periods(message.charging_schedule, message.time_base))
        within = fits(taken, await self._sites.offered(inbound.station_id, message.evse_id))
        await self._sites.scheduled(
            inbound.station_id, message.evse_id, taken, inbound.received_at, fits=within
        )
        await self._told.handle(inbound)
        return NotifyEVChargingScheduleResponse(status="Accepted" if within else "Rejected")

    async def limited(self, inbound: Inbound[NotifyChargingLimit]) -> NotifyChargingLimitResponse:
        """A limit without a schedule says nothing that a plan could keep."""
        message = inbound.message
        limit = OutsideLimit(
            station_id=inbound.station_id,
            evse_id=message.evse_id or 0,
            source=message.charging_limit.charging_limit_source,
            told_at=inbound.received_at,
            periods=tuple(
                period
                for schedule in message.charging_schedule or ()
                for period in periods(schedule, schedule.start_schedule or inbound.received_at)
            ),
        )
        await self._sites.limited(limit)
        await self._told.handle(inbound)
        return NotifyChargingLimitResponse()

    async def cleared(self, inbound: Inbound[ClearedChargingLimit]) -> ClearedChargingLimitResponse:
        """Answered when it counts no longer."""
        message = inbound.message
        await self._sites.cleared(
            inbound.station_id, message.evse_id, message.charging_limit_source
        )
        await self._told.handle(inbound)
        return ClearedChargingLimitResponse()
