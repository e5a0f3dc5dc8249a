"""Telemetry's GraphQL queries and mutations, as AppSync calls a direct Lambda resolver."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Protocol, TypeVar

import msgspec

from contracts.personas import Persona, company_of
from lambdas.telemetry.adapters.controllers import AnotherCompanysError
from lambdas.telemetry.application.history import BadWindowError, DeviceHistory, Histories
from lambdas.telemetry.domain.rollup import Rollup, Sample
from lambdas.telemetry.domain.status import DEVICE_ID_BYTES
from lambdas.telemetry.domain.surplus import Controller

SEES_EVERY_DEVICE = frozenset({Persona.ADMINISTRATOR, Persona.OPERATOR})
"""Partners, dealers and customers see their own devices only; whose a device is nobody has said
yet, so they see none."""

Arguments = TypeVar("Arguments")
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class NotAllowedError(Exception):
    """The caller may not see this device."""


class BadArgumentsError(ValueError):
    """The arguments are not what the query takes; says which and why."""


REFUSALS = (AnotherCompanysError, BadArgumentsError, BadWindowError, NotAllowedError)
"""What a caller did wrong, and no failure of ours."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=DEVICE_ID_BYTES)]


class _DeviceArguments(msgspec.Struct):
    device_id: Name = msgspec.field(name="deviceId")


class _SiteArguments(msgspec.Struct):
    site_id: Name = msgspec.field(name="siteId")


class _AssignArguments(msgspec.Struct):
    device_id: Name = msgspec.field(name="deviceId")
    site_id: Name = msgspec.field(name="siteId")


class _HistoryArguments(msgspec.Struct):
    device_id: str = msgspec.field(name="deviceId")
    start: Moment | None = msgspec.field(name="from", default=None)
    end: Moment | None = msgspec.field(name="until", default=None)


class Controllers(Protocol):
    """Which devices are solar controllers of which sites."""

    def assign(self, controller: Controller) -> None:
        """From now on; raises when another company has it."""

    def release(self, device_id: str, company: str) -> None:
        """No longer; raises when another company has it."""

    def all(self) -> list[Controller]:
        """Of all companies."""


class Resolvers:
    """One method for each field of ``Query`` and ``Mutation`` in ``schema.graphql``.

    Raises `REFUSALS`.
    """

    def __init__(self, histories: Histories, controllers: Controllers) -> None:
        self._histories = histories
        self._controllers = controllers
        self._fields: dict[str, Callable[[Mapping[str, Any], str], object]] = {
            "deviceHistory": self._device_history,
            "deviceStatus": self._device_status,
            "siteControllers": self._site_controllers,
            "assignController": self._assign,
            "releaseController": self._release,
        }

    def __call__(self, event: Mapping[str, Any]) -> object:
        """Resolve the field that the event names."""
        identity = event.get("identity") or {}
        groups = (identity.get("claims") or {}).get("cognito:groups") or []
        if not SEES_EVERY_DEVICE & set(groups):
            raise NotAllowedError("this device is not one of yours")
        return self._fields[event["info"]["fieldName"]](event["arguments"], company_of(groups))

    def _device_history(self, arguments: Mapping[str, Any], _company: str) -> object:
        asked = _convert(arguments, _HistoryArguments)
        return _history(self._histories.of(asked.device_id, asked.start, asked.end))

    def _device_status(self, arguments: Mapping[str, Any], _company: str) -> object:
        latest = self._histories.latest(_convert(arguments, _DeviceArguments).device_id)
        return None if latest is None else _status(latest)

    def _site_controllers(self, arguments: Mapping[str, Any], company: str) -> object:
        site_id = _convert(arguments, _SiteArguments).site_id
        return [
            _controller(one)
            for one in self._controllers.all()
            if (one.site_id, one.company) == (site_id, company)
        ]

    def _assign(self, arguments: Mapping[str, Any], company: str) -> object:
        asked = _convert(arguments, _AssignArguments)
        controller = Controller(asked.device_id, asked.site_id, company)
        self._controllers.assign(controller)
        return _controller(controller)

    def _release(self, arguments: Mapping[str, Any], company: str) -> object:
        device_id = _convert(arguments, _DeviceArguments).device_id
        self._controllers.release(device_id, company)
        return device_id


def answer(resolvers: Resolvers, event: Mapping[str, Any]) -> dict[str, object]:
    """What ``resolver.js`` takes: the value, or class and text of a refusal.

    Those become the GraphQL ``errorType`` and message. Raised, a refusal would count as an error
    of the function, and take a new version of it back.
    """
    try:
        return {"value": resolvers(event)}
    except REFUSALS as refusal:
        return {"refused": {"type": type(refusal).__name__, "message": str(refusal)}}


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


def _controller(controller: Controller) -> dict[str, object]:
    return {"deviceId": controller.device_id, "siteId": controller.site_id}


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
