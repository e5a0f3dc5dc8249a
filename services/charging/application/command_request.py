"""The request of a command, as people write it, and the versions of OCPP that know it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from services.charging.domain.masking import is_station_key
from services.charging.domain.ocpp16.change_configuration import ChangeConfiguration
from services.charging.domain.ocpp201.types import CustomData
from services.charging.domain.ocpp201.variables import SetVariables
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.nul_character import says_nul
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.versions import VERSIONS, version


class WrongRequestError(Exception):
    """It is no request of that action; says what is wrong, and where."""


def command_request(
    spoken: str | None, action: str, request: Mapping[str, Any], *, last: str | None = None
) -> tuple[Version, bytes]:
    """The version in whose words it is, and its payload; raises `WrongRequestError`.

    `spoken`: by the station's connection; None when there is none, and any version will do, the one
    that the station spoke `last` rather than others.
    """
    known = VERSIONS if spoken is None else (version(spoken),)
    faults: dict[str, WrongRequestError] = {}
    for one in sorted(known, key=lambda one: one.name != last):
        try:
            check_request(one, action, request)
        except WrongRequestError as fault:
            faults[one.name] = fault
        else:
            return one, msgspec.json.encode(request)
    raise faults.get(last or "", faults[known[-1].name])


def check_request(version: Version, action: str, request: Mapping[str, Any]) -> None:
    """Raise `WrongRequestError` for what is no request of this version."""
    kind = version.requests.get(action)
    if kind is None:
        known = ", ".join(sorted(version.requests))
        raise WrongRequestError(f"action: {action[:50]!r} is none of {version.name}: {known}")
    try:
        message = msgspec.convert(request, kind)
    except msgspec.ValidationError as error:
        raise WrongRequestError(f"request: {error}") from error
    try:
        encoded = msgspec.json.encode(request)
    except UnicodeEncodeError as error:
        raise WrongRequestError("request: a text is no Unicode") from error
    if says_nul(encoded):
        raise WrongRequestError("request: no text may hold the character NUL")
    if _tells_a_secret(message):
        raise WrongRequestError(
            "request: a station's key is a secret, and commands are kept as they are"
        )
    # A misspelt optional field must not be a command without it.
    if unknown := list(_unknown(request, message, "")):
        fields = ", ".join(unknown)[:200]
        raise WrongRequestError(f"request: {fields} is not known to {action} of {version.name}")


def _tells_a_secret(message: Message) -> bool:
    match message:
        case ChangeConfiguration():
            return is_station_key(message.key)
        case SetVariables():
            return any(is_station_key(data.variable.name) for data in message.set_variable_data)
        case _:
            return False


def _unknown(given: Any, taken: Any, path: str) -> Iterator[str]:
    """Paths of fields that the message did not take."""
    if isinstance(taken, CustomData):
        return
    if isinstance(taken, Message):
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(taken)}
        for key, value in given.items():
            if key in fields:
                yield from _unknown(value, getattr(taken, fields[key]), f"{path}{key}.")
            else:
                yield f"{path}{key}"
    elif isinstance(taken, Sequence) and not isinstance(taken, str):
        for index, (one, other) in enumerate(zip(given, taken, strict=True)):
            yield from _unknown(one, other, f"{path}{index}.")
