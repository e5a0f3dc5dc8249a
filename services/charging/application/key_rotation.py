"""A station's key is changed by a command of its own.

The key is made on the node with the station's socket, told to the station, and kept as a hash only:
nobody else ever knows it. It counts beside the old one until the station has connected with it, and
beside those of other rotations whose answer never came: the station may hold any of them.
"""

from typing import Protocol
from uuid import UUID

import msgspec

from services.charging.domain.ocpp16.change_configuration import (
    ChangeConfiguration,
    ChangeConfigurationResponse,
)
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.device_model import Component, Variable
from services.charging.domain.ocpp201.variables import (
    SetVariableData,
    SetVariables,
    SetVariablesResponse,
)
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.stations import StationKey, new_key

ROTATE_KEY = "RotateKey"
"""The command's action; no message of OCPP."""
_TAKEN = {"Accepted", "RebootRequired"}


class NextKeys(Protocol):
    """The keys that stations are to have next."""

    async def put(self, station_id: str, rotation: UUID, key: StationKey) -> None:
        """From now on this one counts, too."""

    async def drop(self, station_id: str, rotation: UUID) -> None:
        """Its key does not count any more."""


class KeyRotation:
    """Turns the command into the station's own message, and hears what it says."""

    def __init__(self, keys: NextKeys) -> None:
        self._keys = keys

    async def begin(self, station_id: str, rotation: UUID, version: Version) -> tuple[str, bytes]:
        """Action and payload for the station.

        The key counts before the station hears of it: its yes may be lost.
        """
        key = new_key()
        await self._keys.put(station_id, rotation, StationKey.of(key))
        request = _REQUESTS[version.name](key)
        return type(request).__name__, msgspec.json.encode(request)

    async def end(self, station_id: str, rotation: UUID, answer: Message) -> None:
        """The station answered; what it did not take never counts again."""
        if not _is_taken(answer):
            await self._keys.drop(station_id, rotation)


def _in_16(key: str) -> Message:
    return ChangeConfiguration(key="AuthorizationKey", value=key)


def _in_201(key: str) -> Message:
    return SetVariables(
        set_variable_data=[
            SetVariableData(
                attribute_value=key,
                component=Component(name="SecurityCtrlr"),
                variable=Variable(name="BasicAuthPassword"),
            )
        ]
    )


_REQUESTS = {OCPP_1_6.name: _in_16, "ocpp2.0.1": _in_201}


def _is_taken(answer: Message) -> bool:
    match answer:
        case ChangeConfigurationResponse():
            return answer.status in _TAKEN
        case SetVariablesResponse():
            return all(one.attribute_status in _TAKEN for one in answer.set_variable_result)
        case _:
            return False
