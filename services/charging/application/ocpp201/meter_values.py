"""A meter tells, outside of transactions."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import MeterReadings
from services.charging.domain.metering import MeterReading
from services.charging.domain.ocpp201.energy_register import energy_registers
from services.charging.domain.ocpp201.metering import MeterValues, MeterValuesResponse


class MeterValuesHandler:
    """Keeps meter values as received, with their energy register in Wh."""

    def __init__(self, readings: MeterReadings) -> None:
        self._readings = readings

    async def handle(self, inbound: Inbound[MeterValues]) -> MeterValuesResponse:
        """Answered when the group of its commit is kept."""
        message = inbound.message
        registers, findings = energy_registers(message.meter_value, inbound.received_at)
        reading = MeterReading(
            station_id=inbound.station_id,
            connector_id=message.evse_id,
            transaction_id=None,
            measured_at=registers.measured_at,
            register_wh=registers.last_wh,
            received=inbound.text,
            received_at=inbound.received_at,
        )
        await self._readings.add(reading, inbound.quarantine(findings))
        return MeterValuesResponse()
