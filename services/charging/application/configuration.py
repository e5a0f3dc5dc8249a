"""The configuration of stations: asked for after each boot, shown, and changed by commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from services.charging.application.commands import Commands
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationView
from services.charging.domain.configuration import UNKNOWN, setting_key
from services.charging.domain.device_model import Place
from services.charging.domain.ocpp16.change_configuration import ChangeConfiguration
from services.charging.domain.ocpp16.get_configuration import GetConfiguration
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.device_model import Component, Variable
from services.charging.domain.ocpp201.types import EVSE
from services.charging.domain.ocpp201.variables import (
    GetBaseReport,
    SetVariableData,
    SetVariables,
)
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.versions import version

LOOK_EVERY = 5.0
"""Seconds between looks for stations that have booted."""
ASKED_AT_ONCE = 10
"""A storm of boots is over long before all of its stations are asked; a whole inventory may be a
hundred messages."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable, or a key of OCPP 1.6, as the station told it last."""

    place: Place
    value: str | None
    mutability: str | None
    """``ReadOnly``, ``WriteOnly``, ``ReadWrite``; ``Unknown`` to the station; None: not told."""
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Booted:
    """A station that is to be asked."""

    station_id: str
    at: datetime
    spoken: Version


class Configurations(Protocol):
    """Where they are kept."""

    async def settings(
        self, scope: Scope, station_ids: Sequence[str], spoken: Version
    ) -> Mapping[str, Sequence[Setting]]:
        """By station, for those that told any: in the words of a version, in the order of names."""

    async def to_ask(self, most: int) -> Sequence[Booted]:
        """Stations that are here and were not asked since they booted; not those that are just
        being asked by whomever.

        Of OCPP 2.0.1 only those whose inventory is not known, or is of other firmware.

        Raises `UnavailableError`.
        """

    async def asked(self, booted: Booted) -> None:
        """It is asked no more for this boot."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that another station has with another value, or has not."""

    key: str
    value: str | None
    other_value: str | None


def differences(
    settings: Sequence[Setting], others: Sequence[Setting], *, only_what_may_be_set: bool = False
) -> list[Difference]:
    """In the order of their keys, which ignore case."""
    mine, theirs = _by_key(settings), _by_key(others)
    found = []
    for name in sorted(mine.keys() | theirs.keys()):
        both = [one for one in (mine.get(name), theirs.get(name)) if one is not None]
        if only_what_may_be_set and any(one.mutability == "ReadOnly" for one in both):
            continue
        value, other_value = (
            one.value if one else None for one in (mine.get(name), theirs.get(name))
        )
        if value != other_value:
            found.append(Difference(setting_key(both[0].place), value, other_value))
    return found


def _by_key(settings: Sequence[Setting]) -> dict[str, Setting]:
    known = (one for one in settings if one.mutability != UNKNOWN)
    return {setting_key(one.place).lower(): one for one in known}


def spoken_by(station: StationView) -> Version:
    """The version in whose words its configuration is: the one of its latest connection."""
    return version(station.ocpp_version or station.last_ocpp_version or OCPP_1_6.name)


def change_of(spoken: Version, place: Place, value: str) -> Message:
    """The message that changes a setting, in the words of a version."""
    if spoken is OCPP_1_6:
        return ChangeConfiguration(key=place.variable, value=value)
    evse = EVSE(id=place.evse_id, connector_id=place.connector_id or None)
    return SetVariables(
        set_variable_data=[
            SetVariableData(
                attribute_value=value,
                component=Component(
                    name=place.component,
                    instance=place.component_instance or None,
                    evse=evse if place.evse_id else None,
                ),
                variable=Variable(name=place.variable, instance=place.variable_instance or None),
            )
        ]
    )


class ConfigurationQuestions:
    """Asks stations for all of their keys or variables."""

    def __init__(self, configurations: Configurations, commands: Commands) -> None:
        self._configurations = configurations
        self._commands = commands

    async def ask_some(self) -> None:
        """Leave a question to the nodes for each of some stations."""
        for booted in await self._configurations.to_ask(ASKED_AT_ONCE):
            # The same one from whatever node, and again from one that died over it.
            command_id = uuid5(NAMESPACE_OID, f"{booted.station_id} {booted.at.isoformat()}")
            question = _question(booted.spoken, command_id)
            await self._commands.tell(
                booted.station_id, booted.spoken, question, command_id=command_id
            )
            await self._configurations.asked(booted)


def _question(spoken: Version, command_id: UUID) -> Message:
    if spoken is OCPP_1_6:
        return GetConfiguration()
    # As many bits of it as a number of the standard has.
    return GetBaseReport(request_id=command_id.int >> 97, report_base="FullInventory")
