"""A meter tells."""

from services.charging.application.inbound import Inbound
from services.charging.application.ports import MeterReadings, SignedRecords
from services.charging.domain.metering import MeterReading, energy_register
from services.charging.domain.ocpp16.meter_values import MeterValues, MeterValuesResponse
from services.charging.domain.signed_metering.extraction import signed_in_16


class MeterValuesHandler:
    """Keeps meter values as received, with their energy register in Wh."""

    def __init__(self, readings: MeterReadings, signed: SignedRecords) -> None:
        self._readings = readings
        self._signed = signed

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
            received=inbound.text,
            received_at=inbound.received_at,
        )
        await self._readings.add(reading, inbound.quarantine(findings))
        signed = signed_in_16(message.meter_value)
        if signed and message.transaction_id is not None:
            transaction = str(message.transaction_id)
            await self._signed.add(inbound.station_id, transaction, signed, inbound.received_at)
        return MeterValuesResponse()
