"""What stations say when they are told to forget their profiles."""

from datetime import datetime
from typing import Protocol

from services.charging.application.commands import Learn
from services.charging.domain.ocpp16 import clear_charging_profile as in_16
from services.charging.domain.ocpp201 import smart_charging as in_201
from services.charging.domain.ocpp_j.message import Message

_CLEARED = (in_16.ClearChargingProfileResponse, in_201.ClearChargingProfileResponse)


class Profiles(Protocol):
    """Those that stations took."""

    async def forget(self, station_id: str) -> None:
        """None of this station's holds any longer."""


class ProfileAnswers:
    """An operator may clear what a plan needs: the station is told again. Others go to others."""

    def __init__(self, profiles: Profiles, learn: Learn) -> None:
        self._profiles = profiles
        self._learn = learn

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """From an answer."""
        if isinstance(answer, _CLEARED):
            if answer.status == "Accepted":
                await self._profiles.forget(station_id)
        else:
            await self._learn(station_id, request, answer, at)
