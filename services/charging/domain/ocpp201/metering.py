"""OCPP 2.0.1, block J: metering."""

from services.charging.domain.ocpp201.meter_value import MeterValue
from services.charging.domain.ocpp201.types import Message, Some


class MeterValues(Message, frozen=True, kw_only=True):
    """What the meter of an EVSE says outside of transactions (J01); 0 is the main meter."""

    evse_id: int
    meter_value: Some[MeterValue]


class MeterValuesResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
