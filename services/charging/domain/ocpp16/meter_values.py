"""``MeterValues`` (OCPP 1.6, section 4.7)."""

from typing import Annotated

import msgspec

from services.charging.domain.ocpp16.meter_value import MeterValue
from services.charging.domain.ocpp16.types import Message


class MeterValues(Message, frozen=True, kw_only=True):
    """What the meter of a connector says."""

    connector_id: int
    meter_value: Annotated[list[MeterValue], msgspec.Meta(min_length=1)]
    transaction_id: int | None = None


class MeterValuesResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
