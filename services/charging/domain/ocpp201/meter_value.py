"""What a meter says (OCPP 2.0.1, block J)."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    Some,
    String20,
    String50,
)

ReadingContext = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
]
Measurand = Literal[
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Active.Net",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Net",
    "Energy.Apparent.Net",
    "Energy.Apparent.Import",
    "Energy.Apparent.Export",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "SoC",
    "Voltage",
]
Phase = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
Location = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]


Signed = Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": 2500})]
"""The standard's length is not held to: what is cut verifies no more."""


class SignedMeterValue(Message, frozen=True, kw_only=True):
    """A value as its meter signed it; data and public key are Base64."""

    signed_meter_data: Signed
    signing_method: String50
    encoding_method: String50
    public_key: Signed


class UnitOfMeasure(Message, frozen=True, kw_only=True):
    """Values are to be taken times ten to the power of `multiplier`."""

    unit: String20 | None = None
    """``Wh`` by default."""
    multiplier: int | None = None


class SampledValue(Message, frozen=True, kw_only=True):
    """One measured value; an energy register imported by default."""

    value: Decimal
    context: ReadingContext | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    signed_meter_value: SignedMeterValue | None = None
    unit_of_measure: UnitOfMeasure | None = None


class MeterValue(Message, frozen=True, kw_only=True):
    """Values measured at one time."""

    sampled_value: Some[SampledValue]
    timestamp: DateTime
