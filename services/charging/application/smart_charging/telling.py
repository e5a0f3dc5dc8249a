"""Stations are told what is planned: first those that get less, then those that get more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.charging.application.ports import (
    NoAnswerError,
    NotConnectedError,
    StationCalls,
    UnavailableError,
)
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
from services.charging.domain.smart_charging.schedule import current, greatest
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
    """The most that its default may be now; None: as it was."""
    doubtful_ma: int | None = None
    """The most that a session may draw by profiles that were never answered."""


Announce = Callable[[Mapping[UUID, int]], Awaitable[None]]
"""Keep, before stations hear of it, the most that each session may draw by what comes now."""


class Telling:
    """Sends profiles as commands, and waits for what stations say."""

    def __init__(self, stations: StationCalls) -> None:
        self._stations = stations

    async def tell(
        self, situation: Situation, planned: Plan, now: datetime, announce: Announce
    ) -> list[StationTold]:
        """Tell the site's stations what is news to them.

        The others hear of it only when all who get less have said yes. Whoever dies meanwhile
        leaves behind what stations may have heard.
        """
        news = [
            session
            for session in situation.sessions
            if not situation.is_held(session, now) and situation.is_news(session, planned, now)
        ]
        default_ma = situation.unplanned_ma(now)
        stations = [
            one for one in situation.stations if _needs_default(situation, one, default_ma, now)
        ]
        less, more = _apart(situation, planned, news)
        if less:
            await announce(_most(less, planned))
        told = await asyncio.gather(
            *(self._tell_session(situation, session, planned) for session in less),
            *(self._tell_default(station, default_ma) for station in stations),
        )
        # A default bounds sessions to come; only what flows now decides whether there is room.
        if more and all(one.accepted for one in told if one.session_id is not None):
            await announce(_most(more, planned))
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
        steps = session.of(planned)
        profile: Message
        if spoken is OCPP_2_0_1:
            profile = session_profile_201(
                evse_id=session.connector_id,
                transaction_id=session.station_transaction_id or str(session.transaction_id),
                phases=phases,
                steps=steps,
                direct_current=session.vehicle is not None and session.vehicle.direct_current,
                unit=unit,
            )
        else:
            profile = session_profile_16(
                connector_id=session.connector_id,
                transaction_id=session.transaction_id,
                phases=phases,
                steps=steps,
                unit=unit,
            )
        accepted = await self._send(session.station_id, spoken, profile)
        doubts = [] if session.doubtful_ma is None else [session.doubtful_ma]
        if accepted is None:
            doubts.append(greatest(steps))
        return StationTold(
            session.station_id,
            session.session_id,
            accepted is True,
            doubtful_ma=None if accepted else max(doubts, default=None),
        )

    async def _tell_default(self, station: ManagedStation, current_ma: int) -> StationTold:
        spoken = version(station.ocpp_version or OCPP_1_6.name)
        default = default_profile_201 if spoken is OCPP_2_0_1 else default_profile_16
        profile = default(current_ma, station.rate_unit)
        accepted = await self._send(station.station_id, spoken, profile)
        default_ma = current_ma if accepted else None
        if accepted is None and station.default_ma is not None:
            default_ma = max(station.default_ma, current_ma)
        return StationTold(station.station_id, None, accepted is True, default_ma)

    async def _send(self, station_id: str, spoken: Version, profile: Message) -> bool | None:
        """Whether the station took it; None: nobody knows."""
        accepted: bool | None = False
        payload = msgspec.json.encode(profile)
        try:
            answer = await self._stations.call(station_id, spoken, "SetChargingProfile", payload)
            if isinstance(answer, CallError):
                reason = f"{answer.code} {answer.description}".rstrip()
            else:
                reason = msgspec.json.decode(answer.payload, type=_Answer).status
                if reason == "Accepted":
                    return True
        except (NotConnectedError, BusyError) as error:
            reason = str(error)
        except (NoAnswerError, UnavailableError, msgspec.MsgspecError) as error:
            accepted, reason = None, str(error)
        logger.warning("profile not taken", extra={"station_id": station_id, "reason": reason})
        return accepted


class _Answer(msgspec.Struct):
    """What both versions answer; the command's delivery has held it to its own."""

    status: str


def _needs_default(
    situation: Situation, station: ManagedStation, default_ma: int, now: datetime
) -> bool:
    refused_at = station.default_refused_at
    rests = refused_at is not None and now - refused_at < TRY_AGAIN_AFTER
    if station.ocpp_version is None or station.default_ma == default_ma or rests:
        return False
    # Others have what a session does not draw that nothing but the lower default bounds.
    is_raised = station.default_ma is not None and station.default_ma < default_ma
    own = [one for one in situation.sessions if one.station_id == station.station_id]
    return not (is_raised and any(situation.is_held(one, now) for one in own))


def _apart(
    situation: Situation, planned: Plan, news: Sequence[OpenSession]
) -> tuple[list[OpenSession], list[OpenSession]]:
    """Those who get less than they may draw, now or later, and the others."""
    less: list[OpenSession] = []
    more: list[OpenSession] = []
    for session in news:
        steps = session.of(planned)
        rises = [
            (current(steps, at) or 0) - situation.in_force_ma(session, at)
            for at in planned.bounds
            if at < steps[-1].ends_at
        ]
        (less if rises[0] <= 0 and min(rises) < 0 else more).append(session)
    return less, more


def _most(news: Sequence[OpenSession], planned: Plan) -> Mapping[UUID, int]:
    return {session.session_id: greatest(session.of(planned)) for session in news}
