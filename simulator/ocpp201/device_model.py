"""The device model of a station of OCPP 2.0.1: its variables, and how they are told and set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from simulator.connection import Payload
from simulator.moment import written

_A_MESSAGE = 10
"""Variables in a part of a report."""


@dataclass
class _Variable:
    component: str
    name: str
    value: str
    kind: str
    may_be_set: bool = False
    evse: int = 0
    unit: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """Names ignore case."""
        return self.component.lower(), self.name.lower(), self.evse

    @property
    def place(self) -> Payload:
        component: Payload = {"name": self.component}
        if self.evse:
            component["evse"] = {"id": self.evse}
        return {"component": component, "variable": {"name": self.name}}

    @property
    def report(self) -> Payload:
        """``ReportData``."""
        characteristics: Payload = {"dataType": self.kind, "supportsMonitoring": False}
        if self.unit:
            characteristics["unit"] = self.unit
        if self.kind == "MemberList":
            characteristics["valuesList"] = self.value
        mutability = "ReadWrite" if self.may_be_set else "ReadOnly"
        return {
            **self.place,
            "variableAttribute": [{"value": self.value, "mutability": mutability}],
            "variableCharacteristics": characteristics,
        }


def _variables(evses: int) -> Iterator[_Variable]:
    station, evse = "ChargingStation", "EVSE"
    yield _Variable(station, "Model", "Simulator", "string")
    yield _Variable(station, "VendorName", "Fleetcharge", "string")
    yield _Variable(station, "AvailabilityState", "Available", "OptionList")
    yield _Variable(station, "SupplyPhases", "3", "integer")
    for number in range(1, evses + 1):
        yield _Variable(evse, "AvailabilityState", "Available", "OptionList", evse=number)
        yield _Variable(evse, "Power", "0", "decimal", evse=number, unit="W")
        yield _Variable(evse, "SupplyPhases", "3", "integer", evse=number)
    yield _Variable("AlignedDataCtrlr", "Interval", "0", "integer", True, unit="s")
    yield _Variable("AuthCtrlr", "AuthorizeRemoteStart", "false", "boolean", True)
    yield _Variable("AuthCtrlr", "LocalAuthorizeOffline", "true", "boolean", True)
    yield _Variable("AuthCtrlr", "LocalPreAuthorize", "false", "boolean", True)
    yield _Variable("ClockCtrlr", "TimeSource", "Heartbeat", "SequenceList", True)
    yield _Variable("DeviceDataCtrlr", "ItemsPerMessageGetReport", "10", "integer")
    yield _Variable("DeviceDataCtrlr", "ItemsPerMessageGetVariables", "10", "integer")
    yield _Variable("DeviceDataCtrlr", "ItemsPerMessageSetVariables", "10", "integer")
    yield _Variable("OCPPCommCtrlr", "FileTransferProtocols", "HTTPS", "MemberList")
    yield _Variable("OCPPCommCtrlr", "HeartbeatInterval", "300", "integer", True, unit="s")
    yield _Variable("OCPPCommCtrlr", "NetworkConfigurationPriority", "0", "SequenceList", True)
    yield _Variable("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "3", "integer", True)
    yield _Variable("OCPPCommCtrlr", "OfflineThreshold", "60", "integer", True, unit="s")
    yield _Variable("OCPPCommCtrlr", "ResetRetries", "3", "integer", True)
    measurand = "Energy.Active.Import.Register"
    for name in ("TxStartedMeasurands", "TxUpdatedMeasurands", "TxEndedMeasurands"):
        yield _Variable("SampledDataCtrlr", name, measurand, "MemberList", True)
    yield _Variable("SampledDataCtrlr", "TxUpdatedInterval", "900", "integer", True, unit="s")
    yield _Variable("SecurityCtrlr", "OrganizationName", "Fleetcharge", "string", True)
    yield _Variable("SecurityCtrlr", "SecurityProfile", "1", "integer")
    yield _Variable("TxCtrlr", "EVConnectionTimeOut", "60", "integer", True, unit="s")
    yield _Variable("TxCtrlr", "StopTxOnEVSideDisconnect", "true", "boolean", True)
    yield _Variable("TxCtrlr", "StopTxOnInvalidId", "false", "boolean", True)
    yield _Variable("TxCtrlr", "TxStartPoint", "Authorized", "MemberList", True)
    yield _Variable("TxCtrlr", "TxStopPoint", "Authorized", "MemberList", True)


class DeviceModel:
    """It has no effect on how the station charges."""

    def __init__(self, evses: int = 1) -> None:
        """As it left the factory."""
        self._variables = {variable.key: variable for variable in _variables(evses)}

    def reports(self, asked: Payload, at: datetime) -> list[Payload]:
        """``NotifyReport`` in parts, for a ``GetBaseReport``; it has no summary."""
        told = [
            variable.report
            for variable in self._variables.values()
            if asked["reportBase"] == "FullInventory"
            or (asked["reportBase"] == "ConfigurationInventory" and variable.may_be_set)
        ]
        parts = [told[first : first + _A_MESSAGE] for first in range(0, len(told), _A_MESSAGE)]
        return [
            {
                "requestId": asked["requestId"],
                "generatedAt": written(at),
                "seqNo": number,
                "tbc": number < len(parts) - 1,
                "reportData": part,
            }
            for number, part in enumerate(parts)
        ]

    def told(self, asked: Payload) -> Payload:
        """The answer to ``GetVariables``."""
        return {"getVariableResult": [self._told(one) for one in asked["getVariableData"]]}

    def changed(self, wanted: Payload) -> Payload:
        """The answer to ``SetVariables``."""
        return {"setVariableResult": [self._changed(one) for one in wanted["setVariableData"]]}

    def _told(self, asked: Payload) -> Payload:
        answer = {"component": asked["component"], "variable": asked["variable"]}
        status, variable = self._found(asked)
        if variable is None:
            return {**answer, "attributeStatus": status}
        return {**answer, "attributeStatus": status, "attributeValue": variable.value}

    def _changed(self, wanted: Payload) -> Payload:
        status, variable = self._found(wanted)
        if variable is not None and variable.may_be_set:
            variable.value = wanted["attributeValue"]
        elif variable is not None:
            status = "Rejected"
        answer = {"component": wanted["component"], "variable": wanted["variable"]}
        return {**answer, "attributeStatus": status}

    def _found(self, asked: Payload) -> tuple[str, _Variable | None]:
        """``attributeStatus``, and the variable that it is of."""
        component = asked["component"]
        name, evse = component["name"].lower(), component.get("evse", {}).get("id", 0)
        variable = self._variables.get((name, asked["variable"]["name"].lower(), evse))
        if variable is not None:
            is_actual = asked.get("attributeType", "Actual") == "Actual"
            return ("Accepted", variable) if is_actual else ("NotSupportedAttributeType", None)
        if any((name, evse) == (known, of) for known, _, of in self._variables):
            return "UnknownVariable", None
        return "UnknownComponent", None
