"""A meter tells."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import MeterReadings
from services.charging.domain.metering import MeterReading, energy_register
from services.charging.domain.ocpp16.meter_values import MeterValues, MeterValuesResponse


class MeterValuesHandler:
    """Keeps meter values as received, with their energy register in Wh."""

    def __init__(self, readings: MeterReadings) -> None:
        self._readings = readings

    async def handle(self, inbound: Inbound[MeterValues]) -> MeterValuesResponse:
        """Answered when the group of its commit is kept."""
        message = inbound.message
        measured_at, register_wh, findings = energy_register(
            message.meter_value, inbound.received_at
        )
        reading = MeterReading(
            station_id=inbound.station_id,
            connector_id=message.connector_id,
            transaction_id=message.transaction_id,
            measured_at=measured_at,
            register_wh=register_wh,
            received=inbound.payload.decode(),
            received_at=inbound.received_at,
        )
        await self._readings.add(reading, inbound.quarantine(findings))
        return MeterValuesResponse()
