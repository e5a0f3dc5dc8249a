"""Stations are told what is planned: first those that get less, then those that get more."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.charging.application.ports import NoAnswerError, NotConnectedError, StationCalls
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.connection import BusyError
from services.charging.domain.ocpp_j.frames import CallError
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.profiles import (
    default_profile_16,
    default_profile_201,
    session_profile_16,
    session_profile_201,
)
from services.charging.domain.smart_charging.situation import (
    TRY_AGAIN_AFTER,
    ManagedStation,
    OpenSession,
    Situation,
)
from services.charging.domain.versions import version

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StationTold:
    """What a station said to a profile: of a session, or its default when `session_id` is None."""

    station_id: str
    session_id: UUID | None
    accepted: bool
    default_ma: int | None = None


class Telling:
    """Sends profiles as commands, and waits for what stations say."""

    def __init__(self, stations: StationCalls) -> None:
        self._stations = stations

    async def tell(self, situation: Situation, planned: Plan, now: datetime) -> list[StationTold]:
        """Tell the site's stations what is news to them.

        The others hear of it only when all who get less have said yes.
        """
        news = [
            session
            for session in situation.sessions
            if not situation.is_held(session, now) and situation.is_news(session, planned, now)
        ]
        default_ma = situation.unplanned_ma(now)
        stations = [one for one in situation.stations if _needs_default(one, default_ma, now)]
        less, more = _apart(situation, planned, news, now)
        told = await asyncio.gather(
            *(self._tell_session(situation, session, planned) for session in less),
            *(self._tell_default(station, default_ma) for station in stations),
        )
        # A default bounds sessions to come; only what flows now decides whether there is room.
        if all(one.accepted for one in told if one.session_id is not None):
            told += await asyncio.gather(
                *(self._tell_session(situation, session, planned) for session in more)
            )
        return told

    async def _tell_session(
        self, situation: Situation, session: OpenSession, planned: Plan
    ) -> StationTold:
        spoken = version(situation.version_of(session) or OCPP_1_6.name)
        unit = situation.rate_unit_of(session)
        phases = planned.allotments[session.session_id].phases
        steps = planned.steps(session.session_id)
        profile: Message
        if spoken is OCPP_2_0_1:
            profile = session_profile_201(
                evse_id=session.connector_id,
                transaction_id=session.station_transaction_id or str(session.transaction_id),
                phases=phases,
                steps=steps,
                most_periods=session.most_periods,
                direct_current=session.vehicle is not None and session.vehicle.direct_current,
                unit=unit,
            )
        else:
            profile = session_profile_16(
                connector_id=session.connector_id,
                transaction_id=session.transaction_id,
                phases=phases,
                steps=steps,
                most_periods=session.most_periods,
                unit=unit,
            )
        accepted = await self._send(session.station_id, spoken, profile)
        return StationTold(session.station_id, session.session_id, accepted)

    async def _tell_default(self, station: ManagedStation, current_ma: int) -> StationTold:
        spoken = version(station.ocpp_version or OCPP_1_6.name)
        default = default_profile_201 if spoken is OCPP_2_0_1 else default_profile_16
        profile = default(current_ma, station.rate_unit)
        accepted = await self._send(station.station_id, spoken, profile)
        return StationTold(station.station_id, None, accepted, current_ma)

    async def _send(self, station_id: str, spoken: Version, profile: Message) -> bool:
        payload = msgspec.json.encode(profile)
        try:
            answer = await self._stations.call(station_id, spoken, "SetChargingProfile", payload)
            if isinstance(answer, CallError):
                reason = f"{answer.code} {answer.description}".rstrip()
            else:
                reason = msgspec.json.decode(answer.payload, type=_Answer).status
                if reason == "Accepted":
                    return True
        except (NotConnectedError, NoAnswerError, BusyError, msgspec.MsgspecError) as error:
            reason = str(error)
        logger.warning("profile not taken", extra={"station_id": station_id, "reason": reason})
        return False


class _Answer(msgspec.Struct):
    """What both versions answer; the command's delivery has held it to its own."""

    status: str


def _needs_default(station: ManagedStation, default_ma: int, now: datetime) -> bool:
    refused_at = station.default_refused_at
    rests = refused_at is not None and now - refused_at < TRY_AGAIN_AFTER
    return station.ocpp_version is not None and station.default_ma != default_ma and not rests


def _apart(
    situation: Situation, planned: Plan, news: Sequence[OpenSession], now: datetime
) -> tuple[list[OpenSession], list[OpenSession]]:
    """Those who get less than they may draw now, and the others."""
    less: list[OpenSession] = []
    more: list[OpenSession] = []
    for session in news:
        gets = planned.current(session.session_id, now) or 0
        (less if gets < situation.in_force_ma(session, now) else more).append(session)
    return less, more
