"""Telemetry's GraphQL queries, as AppSync calls a direct Lambda resolver."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec

from contracts.personas import Persona
from lambdas.telemetry.application.history import DeviceHistory, Histories
from lambdas.telemetry.domain.rollup import Rollup, Sample

SEES_EVERY_DEVICE = frozenset({Persona.ADMINISTRATOR, Persona.OPERATOR})
"""Partners, dealers and customers see their own devices only; whose a device is nobody has said
yet, so they see none."""

Arguments = TypeVar("Arguments")
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class NotAllowedError(Exception):
    """The caller may not see this device."""


class BadArgumentsError(ValueError):
    """The arguments are not what the query takes; says which and why."""


class _StatusArguments(msgspec.Struct):
    device_id: str = msgspec.field(name="deviceId")


class _HistoryArguments(msgspec.Struct):
    device_id: str = msgspec.field(name="deviceId")
    start: Moment | None = msgspec.field(name="from", default=None)
    end: Moment | None = msgspec.field(name="until", default=None)


class Resolvers:
    """One method for each field of ``Query`` in ``schema.graphql``.

    An error's class becomes the GraphQL ``errorType``, its text the message.
    """

    def __init__(self, histories: Histories) -> None:
        self._histories = histories
        self._fields = {
            "deviceHistory": self._device_history,
            "deviceStatus": self._device_status,
        }

    def __call__(self, event: Mapping[str, Any]) -> object:
        """Resolve the field that the event names."""
        identity = event.get("identity") or {}
        groups = (identity.get("claims") or {}).get("cognito:groups") or []
        if not SEES_EVERY_DEVICE & set(groups):
            raise NotAllowedError("this device is not one of yours")
        return self._fields[event["info"]["fieldName"]](event["arguments"])

    def _device_history(self, arguments: Mapping[str, Any]) -> object:
        asked = _convert(arguments, _HistoryArguments)
        return _history(self._histories.of(asked.device_id, asked.start, asked.end))

    def _device_status(self, arguments: Mapping[str, Any]) -> object:
        latest = self._histories.latest(_convert(arguments, _StatusArguments).device_id)
        return None if latest is None else _status(latest)


def _convert(given: Mapping[str, Any], form: type[Arguments]) -> Arguments:
    try:
        return msgspec.convert(given, form)
    except msgspec.ValidationError as error:
        raise BadArgumentsError(str(error)) from error


def _history(history: DeviceHistory) -> dict[str, object]:
    return {
        "deviceId": history.device_id,
        "from": _time(history.start),
        "until": _time(history.end),
        "samples": [_status(sample) for sample in history.samples],
        "rollup": _rollup(history.rollup),
        "hours": [_rollup(hour) for hour in history.hours],
    }


def _status(sample: Sample) -> dict[str, object]:
    status = sample.status
    return {
        "publishedAt": _time(sample.published_at),
        "event": sample.event,
        "solarPowerW": _float(status.solar_power_w),
        "gridPowerW": _float(status.grid_power_w),
        "motorRpm": _float(status.motor_rpm),
        "batteryV": _float(status.battery_v),
        "temperatureC": _float(status.temperature_c),
        "state": status.state,
        "faultCodes": list(status.fault_codes),
    }


def _rollup(rollup: Rollup) -> dict[str, object]:
    return {
        "from": _time(rollup.start),
        "until": _time(rollup.end),
        "sampleCount": rollup.sample_count,
        "solarEnergyWh": rollup.solar_energy_wh,
        "gridEnergyWh": rollup.grid_energy_wh,
        "solarPowerPeakW": _float(rollup.solar_power_peak_w),
        "temperaturePeakC": _float(rollup.temperature_peak_c),
        "faultCodes": list(rollup.fault_codes),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
