"""A station tells of its variables and their monitors."""

from services.charging.application.inbound import Inbound
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ports import DeviceModels, Notifications
from services.charging.domain.device_model import reported, told, watched
from services.charging.domain.ocpp201.events import NotifyEvent, NotifyEventResponse
from services.charging.domain.ocpp201.monitoring import (
    NotifyMonitoringReport,
    NotifyMonitoringReportResponse,
)
from services.charging.domain.ocpp201.variables import NotifyReport, NotifyReportResponse


class DeviceReportHandler:
    """Keeps what is told in the station's device model. Parts of a report may come in any order."""

    def __init__(self, models: DeviceModels, notifications: Notifications) -> None:
        self._models = models
        self._notifications = NotificationHandler(notifications, NotifyEventResponse())

    async def report(self, inbound: Inbound[NotifyReport]) -> NotifyReportResponse:
        """Answered when kept."""
        values = reported(inbound.message.report_data or ())
        await self._models.tell(inbound.station_id, values, inbound.received_at)
        return NotifyReportResponse()

    async def monitors(
        self, inbound: Inbound[NotifyMonitoringReport]
    ) -> NotifyMonitoringReportResponse:
        """Answered when kept."""
        monitors = watched(inbound.message.monitor or ())
        await self._models.watch(inbound.station_id, monitors, inbound.received_at)
        return NotifyMonitoringReportResponse()

    async def event(self, inbound: Inbound[NotifyEvent]) -> NotifyEventResponse:
        """Kept for people as well: an event is more than the value that it tells."""
        values = told(inbound.message.event_data)
        await self._models.tell(inbound.station_id, values, inbound.received_at)
        await self._notifications.handle(inbound)
        return NotifyEventResponse()
