"""OCPP 2.0.1, block B: the variables of the device model."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp201.device_model import Component, ComponentVariable, Variable
from services.charging.domain.ocpp201.types import (
    DateTime,
    GenericDeviceModelStatus,
    Message,
    Some,
    StatusInfo,
    String16,
    String1000,
    String2500,
)

AttributeType = Literal["Actual", "Target", "MinSet", "MaxSet"]
SetVariableStatus = Literal[
    "Accepted",
    "Rejected",
    "UnknownComponent",
    "UnknownVariable",
    "NotSupportedAttributeType",
    "RebootRequired",
]
GetVariableStatus = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType"
]
DataType = Literal[
    "string",
    "decimal",
    "integer",
    "dateTime",
    "boolean",
    "OptionList",
    "SequenceList",
    "MemberList",
]


class SetVariableData(Message, frozen=True, kw_only=True):
    """A value for a variable; ``Actual`` is its attribute by default."""

    attribute_value: String1000
    component: Component
    variable: Variable
    attribute_type: AttributeType | None = None


class SetVariables(Message, frozen=True, kw_only=True):
    """Variables are to get values (B05)."""

    set_variable_data: Some[SetVariableData]


class SetVariableResult(Message, frozen=True, kw_only=True):
    """What became of one of them."""

    attribute_status: SetVariableStatus
    component: Component
    variable: Variable
    attribute_type: AttributeType | None = None
    attribute_status_info: StatusInfo | None = None


class SetVariablesResponse(Message, frozen=True, kw_only=True):
    """What became of each."""

    set_variable_result: Some[SetVariableResult]


class GetVariableData(Message, frozen=True, kw_only=True):
    """A variable to read; ``Actual`` is its attribute by default."""

    component: Component
    variable: Variable
    attribute_type: AttributeType | None = None


class GetVariables(Message, frozen=True, kw_only=True):
    """What values do variables have (B06)?"""

    get_variable_data: Some[GetVariableData]


class GetVariableResult(Message, frozen=True, kw_only=True):
    """The value of one of them, when it can be told."""

    attribute_status: GetVariableStatus
    component: Component
    variable: Variable
    attribute_status_info: StatusInfo | None = None
    attribute_type: AttributeType | None = None
    attribute_value: String2500 | None = None


class GetVariablesResponse(Message, frozen=True, kw_only=True):
    """What can be told of each."""

    get_variable_result: Some[GetVariableResult]


class GetBaseReport(Message, frozen=True, kw_only=True):
    """The station is to report its variables (B07)."""

    request_id: int
    report_base: Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]


class GetBaseReportResponse(Message, frozen=True, kw_only=True):
    """Whether reports will come."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class GetReport(Message, frozen=True, kw_only=True):
    """The station is to report some of its variables (B08)."""

    request_id: int
    component_variable: Some[ComponentVariable] | None = None
    component_criteria: (
        Annotated[
            list[Literal["Active", "Available", "Enabled", "Problem"]],
            msgspec.Meta(min_length=1, max_length=4),
        ]
        | None
    ) = None


class GetReportResponse(Message, frozen=True, kw_only=True):
    """Whether reports will come."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class VariableAttribute(Message, frozen=True, kw_only=True):
    """A value of a variable; by default the ``Actual`` one, which can be read and written."""

    type: AttributeType | None = None
    value: String2500 | None = None
    mutability: Literal["ReadOnly", "WriteOnly", "ReadWrite"] | None = None
    persistent: bool | None = None
    """Whether it outlives a reboot; it does not by default."""
    constant: bool | None = None


class VariableCharacteristics(Message, frozen=True, kw_only=True):
    """What values a variable may have; `values_list` is comma separated."""

    data_type: DataType
    supports_monitoring: bool
    unit: String16 | None = None
    min_limit: float | None = None
    max_limit: float | None = None
    values_list: String1000 | None = None


class ReportData(Message, frozen=True, kw_only=True):
    """A variable with its values."""

    component: Component
    variable: Variable
    variable_attribute: Annotated[list[VariableAttribute], msgspec.Meta(min_length=1, max_length=4)]
    variable_characteristics: VariableCharacteristics | None = None


class NotifyReport(Message, frozen=True, kw_only=True):
    """A part of a report; `tbc`: more is to come."""

    request_id: int
    """Of the request for the report."""
    generated_at: DateTime
    seq_no: int
    report_data: Some[ReportData] | None = None
    tbc: bool | None = None


class NotifyReportResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
