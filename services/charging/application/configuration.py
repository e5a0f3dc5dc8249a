"""The configuration of stations: asked for after each boot, shown, and changed by commands."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

import msgspec

from services.charging.application.commands import Commands
from services.charging.application.ports import NotStorableError, UnavailableError
from services.charging.application.scope import Scope
from services.charging.domain.device_model import Place
from services.charging.domain.ocpp16.change_configuration import ChangeConfiguration
from services.charging.domain.ocpp16.get_configuration import GetConfiguration
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.device_model import Component, Variable
from services.charging.domain.ocpp201.types import EVSE
from services.charging.domain.ocpp201.variables import SetVariableData, SetVariables
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between looks for stations that have booted."""
ASKED_AT_ONCE = 10
"""A storm of boots is over long before all of its stations are asked."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable, or a key of OCPP 1.6, as the station told it last."""

    place: Place
    value: str | None
    mutability: str | None
    """``ReadOnly``, ``WriteOnly``, ``ReadWrite``; ``Unknown`` to the station; None: not told."""
    told_at: datetime


class Configurations(Protocol):
    """Where they are kept."""

    async def settings(self, scope: Scope, station_id: str, version: Version) -> Sequence[Setting]:
        """In the words of a version, in the order of their names."""

    async def to_ask(self, most: int) -> Sequence[str]:
        """Stations of OCPP 1.6 that are here and were not asked since they booted; now they are.

        Raises `UnavailableError`.
        """


def change_of(version: Version, place: Place, value: str) -> Message:
    """The message that changes a setting, in the words of a version."""
    if version is OCPP_1_6:
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
    """One of the tasks of each node: asks stations of OCPP 1.6 for all of their keys."""

    def __init__(self, configurations: Configurations, commands: Commands) -> None:
        self._configurations = configurations
        self._commands = commands
        self._finish = asyncio.Event()

    async def run(self) -> None:
        """Until told to finish."""
        while not self._finish.is_set():
            try:
                await self.ask_some()
            except (UnavailableError, NotStorableError) as error:
                logger.warning("no station is asked", extra={"reason": str(error)})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finish.wait(), LOOK_EVERY)

    def finish(self) -> None:
        """Ask nobody more."""
        self._finish.set()

    async def ask_some(self) -> None:
        """Leave a question to the nodes for each of some stations."""
        question = msgspec.json.encode(GetConfiguration())
        for station_id in await self._configurations.to_ask(ASKED_AT_ONCE):
            await self._commands.issue(
                uuid4(), station_id, OCPP_1_6, GetConfiguration.__name__, question
            )
