"""The device model of a station: what it tells of its variables and their monitors (OCPP 2.0.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import msgspec

from services.charging.domain.masking import is_secret_setting
from services.charging.domain.ocpp201.device_model import Component, Variable
from services.charging.domain.ocpp201.events import EventData
from services.charging.domain.ocpp201.monitoring import (
    MonitoringData,
    SetMonitoringResult,
    SetVariableMonitoring,
    SetVariableMonitoringResponse,
)
from services.charging.domain.ocpp201.variables import (
    GetVariablesResponse,
    ReportData,
    SetVariables,
    SetVariablesResponse,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which variable of which component: of the station as a whole where EVSE is 0."""

    component: str
    component_instance: str
    evse_id: int
    connector_id: int
    variable: str
    variable_instance: str

    @classmethod
    def of(cls, component: Component, variable: Variable) -> Self:
        """In the standard's words; an instance that is not named is empty."""
        return cls(
            component=component.name,
            component_instance=component.instance or "",
            evse_id=component.evse.id if component.evse else 0,
            connector_id=(component.evse.connector_id if component.evse else None) or 0,
            variable=variable.name,
            variable_instance=variable.instance or "",
        )

    @property
    def key(self) -> tuple[str | int, ...]:
        """Names ignore case."""
        return (
            self.component.lower(),
            self.component_instance.lower(),
            self.evse_id,
            self.connector_id,
            self.variable.lower(),
            self.variable_instance.lower(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a variable; what only reports tell of it is None elsewhere."""

    place: Place
    attribute: str = "Actual"
    value: str | None
    mutability: str | None = None
    characteristics: bytes | None = None
    """JSON, as the standard has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """What watches a variable."""

    place: Place
    id: int
    kind: str
    value: float
    severity: int
    in_transactions_only: bool


def reported(report: Iterable[ReportData]) -> list[Value]:
    """By a report; the values of secrets are left out."""
    return [
        Value(
            place=Place.of(data.component, data.variable),
            attribute=attribute.type or "Actual",
            value=None if is_secret_setting(data.variable.name) else attribute.value,
            mutability=attribute.mutability or "ReadWrite",
            characteristics=msgspec.json.encode(data.variable_characteristics)
            if data.variable_characteristics
            else None,
        )
        for data in report
        for attribute in data.variable_attribute
    ]


def told(events: Iterable[EventData]) -> list[Value]:
    """By events; the last of a variable counts."""
    return [
        Value(place=Place.of(event.component, event.variable), value=event.actual_value)
        for event in events
        if not is_secret_setting(event.variable.name)
    ]


def got(answer: GetVariablesResponse) -> list[Value]:
    """By an answer to the question for them."""
    return [
        Value(
            place=Place.of(result.component, result.variable),
            attribute=result.attribute_type or "Actual",
            value=result.attribute_value,
        )
        for result in answer.get_variable_result
        if result.attribute_status == "Accepted" and not is_secret_setting(result.variable.name)
    ]


def set_(request: SetVariables, answer: SetVariablesResponse) -> list[Value]:
    """By a command that was followed."""
    followed = {
        (Place.of(result.component, result.variable).key, result.attribute_type or "Actual")
        for result in answer.set_variable_result
        if result.attribute_status == "Accepted"
    }
    wanted = [
        Value(
            place=Place.of(data.component, data.variable),
            attribute=data.attribute_type or "Actual",
            value=data.attribute_value,
        )
        for data in request.set_variable_data
        if not is_secret_setting(data.variable.name)
    ]
    return [value for value in wanted if (value.place.key, value.attribute) in followed]


def watched(report: Iterable[MonitoringData]) -> list[Monitor]:
    """By a report of monitors."""
    return [
        Monitor(
            place=Place.of(data.component, data.variable),
            id=monitor.id,
            kind=monitor.type,
            value=monitor.value,
            severity=monitor.severity,
            in_transactions_only=monitor.transaction,
        )
        for data in report
        for monitor in data.variable_monitoring
    ]


def monitored(
    request: SetVariableMonitoring, answer: SetVariableMonitoringResponse
) -> list[Monitor]:
    """By a command that was followed: each result is paired with what was wanted of the same."""
    results: dict[tuple[object, ...], SetMonitoringResult] = {
        (Place.of(result.component, result.variable).key, result.type, result.severity): result
        for result in answer.set_monitoring_result
        if result.status == "Accepted" and result.id is not None
    }
    set_now = []
    for data in request.set_monitoring_data:
        place = Place.of(data.component, data.variable)
        result = results.get((place.key, data.type, data.severity))
        if result is not None and result.id is not None:
            set_now.append(
                Monitor(
                    place=place,
                    id=result.id,
                    kind=data.type,
                    value=data.value,
                    severity=data.severity,
                    in_transactions_only=data.transaction or False,
                )
            )
    return set_now
