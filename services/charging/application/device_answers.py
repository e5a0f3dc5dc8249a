"""What answers to commands tell of a station's variables and monitors."""

from datetime import datetime

from services.charging.application.ports import DeviceModels
from services.charging.domain.configuration import changed_key, told_keys
from services.charging.domain.device_model import got, monitored, set_
from services.charging.domain.ocpp16.change_configuration import (
    ChangeConfiguration,
    ChangeConfigurationResponse,
)
from services.charging.domain.ocpp16.get_configuration import GetConfigurationResponse
from services.charging.domain.ocpp201.monitoring import (
    ClearVariableMonitoringResponse,
    SetVariableMonitoring,
    SetVariableMonitoringResponse,
)
from services.charging.domain.ocpp201.variables import (
    GetBaseReport,
    GetBaseReportResponse,
    GetVariablesResponse,
    SetVariables,
    SetVariablesResponse,
)
from services.charging.domain.ocpp_j.message import Message


class DeviceAnswers:
    """Keeps it in the station's device model."""

    def __init__(self, models: DeviceModels) -> None:
        self._models = models

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """Answers that tell nothing of it change nothing."""
        match request, answer:
            case _, GetConfigurationResponse():
                await self._models.tell(station_id, told_keys(answer), at)
            case ChangeConfiguration(), ChangeConfigurationResponse():
                await self._models.tell(station_id, changed_key(request, answer), at)
            case _, GetVariablesResponse():
                await self._models.tell(station_id, got(answer), at)
            case SetVariables(), SetVariablesResponse():
                await self._models.tell(station_id, set_(request, answer), at)
                if any(
                    result.attribute_status == "RebootRequired"
                    for result in answer.set_variable_result
                ):
                    await self._models.inventory(station_id, holds=False)
            case GetBaseReport(report_base="FullInventory"), GetBaseReportResponse(
                status="Accepted"
            ):
                await self._models.inventory(station_id, holds=True)
            case SetVariableMonitoring(), SetVariableMonitoringResponse():
                await self._models.watch(station_id, monitored(request, answer), at)
            case _, ClearVariableMonitoringResponse():
                gone = [
                    result.id
                    for result in answer.clear_monitoring_result
                    if result.status != "Rejected"
                ]
                await self._models.unwatch(station_id, gone)
