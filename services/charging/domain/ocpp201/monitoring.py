"""OCPP 2.0.1, block N: monitors of variables."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.device_model import Component, ComponentVariable, Variable
from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericDeviceModelStatus,
    GenericStatus,
    Message,
    Some,
    StatusInfo,
)

MonitorKind = Literal[
    "UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"
]
SetMonitoringStatus = Literal[
    "Accepted",
    "UnknownComponent",
    "UnknownVariable",
    "UnsupportedMonitorType",
    "Rejected",
    "Duplicate",
]


class SetMonitoringBase(Message, frozen=True, kw_only=True):
    """Which monitors are to be there (N03)."""

    monitoring_base: Literal["All", "FactoryDefault", "HardWiredOnly"]


class SetMonitoringBaseResponse(Message, frozen=True, kw_only=True):
    """Whether they are."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class SetMonitoringData(Message, frozen=True, kw_only=True):
    """A monitor to be set; `value` is a limit, a difference or seconds, as its `type` says."""

    value: float
    type: MonitorKind
    severity: int
    """From 0, danger, to 9, of no importance."""
    component: Component
    variable: Variable
    id: int | None = None
    transaction: bool | None = None


class SetVariableMonitoring(Message, frozen=True, kw_only=True):
    """Variables are to be watched (N04)."""

    set_monitoring_data: Some[SetMonitoringData]


class SetMonitoringResult(Message, frozen=True, kw_only=True):
    """What became of one monitor."""

    status: SetMonitoringStatus
    type: MonitorKind
    component: Component
    variable: Variable
    severity: int
    id: int | None = None
    status_info: StatusInfo | None = None


class SetVariableMonitoringResponse(Message, frozen=True, kw_only=True):
    """What became of each."""

    set_monitoring_result: Some[SetMonitoringResult]


class SetMonitoringLevel(Message, frozen=True, kw_only=True):
    """Events of this severity and graver are to be told (N05)."""

    severity: int


class SetMonitoringLevelResponse(Message, frozen=True, kw_only=True):
    """Whether they will be."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class ClearVariableMonitoring(Message, frozen=True, kw_only=True):
    """Monitors are to go (N06)."""

    id: Some[int]


class ClearMonitoringResult(Message, frozen=True, kw_only=True):
    """What became of one of them."""

    status: Literal["Accepted", "Rejected", "NotFound"]
    id: int
    status_info: StatusInfo | None = None


class ClearVariableMonitoringResponse(Message, frozen=True, kw_only=True):
    """What became of each."""

    clear_monitoring_result: Some[ClearMonitoringResult]


class GetMonitoringReport(Message, frozen=True, kw_only=True):
    """The station is to report its monitors (N02)."""

    request_id: int
    component_variable: Some[ComponentVariable] | None = None
    monitoring_criteria: (
        Annotated[
            list[Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]],
            msgspec.Meta(min_length=1, max_length=3),
        ]
        | None
    ) = None


class GetMonitoringReportResponse(Message, frozen=True, kw_only=True):
    """Whether reports will come."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class VariableMonitoring(Message, frozen=True, kw_only=True):
    """A monitor that is set."""

    id: int
    transaction: bool
    value: float
    type: MonitorKind
    severity: int
    """From 0, danger, to 9, of no importance."""


class MonitoringData(Message, frozen=True, kw_only=True):
    """A variable with its monitors."""

    component: Component
    variable: Variable
    variable_monitoring: Some[VariableMonitoring]


class NotifyMonitoringReport(Message, frozen=True, kw_only=True):
    """A part of a report of monitors; `tbc`: more is to come."""

    request_id: int
    seq_no: int
    generated_at: DateTime
    monitor: Some[MonitoringData] | None = None
    tbc: bool | None = None


class NotifyMonitoringReportResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
