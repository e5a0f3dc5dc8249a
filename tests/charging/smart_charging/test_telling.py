"""Stations are told by and by, and one does not listen: the site keeps its limits meanwhile."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.application.ports import NoAnswerError
from services.charging.application.smart_charging.telling import Telling
from services.charging.domain.ocpp_j.frames import CallError, CallResult
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.smart_charging.limits import Limit, SiteLimits
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.smart_charging.situation import (
    ManagedStation,
    OpenSession,
    Preferences,
    Situation,
)

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
LIMIT = 40_000
REFUSALS = st.sampled_from(["Rejected", "error", "silence"])


class FakeSite:
    """Stations with a session each, which do as they were told."""

    def __init__(self, wishes: list[Preferences], answer: Callable[[str], str]) -> None:
        limits = SiteLimits(Limit(LIMIT, LIMIT, LIMIT))
        names = [f"CP{number}" for number in range(len(wishes))]
        default = limits.unplanned_ma(dict.fromkeys(names, 1), NOW)
        self._answer = answer
        self._planned: Plan | None = None
        self.situation = Situation(
            site_id="depot",
            limits=limits,
            stations=[
                ManagedStation(
                    station_id=name, connectors=1, ocpp_version="ocpp1.6", default_ma=default
                )
                for name in names
            ],
            sessions=[
                OpenSession(
                    session_id=UUID(int=number),
                    station_id=name,
                    connector_id=1,
                    transaction_id=number,
                    begun_at=NOW,
                    metered_wh=None,
                    preferences=wish,
                )
                for number, (name, wish) in enumerate(zip(names, wishes, strict=True))
            ],
        )

    def check(self, at: datetime) -> None:
        loads = [self.situation.in_force_ma(one, at) for one in self.situation.sessions]
        assert sum(loads) <= LIMIT, loads

    async def replan(self, now: datetime) -> None:
        situation = self.situation
        planned = plan(situation.limits, situation.demands(now), [], now)
        self._planned, self._now = planned, now
        told = await Telling(self).tell(situation, planned, now, self.announce)
        self.situation = replace(self.situation, latest=planned)
        if any(not one.accepted for one in told):
            await self.replan(now)  # As `SitePlanning` does.

    async def announce(self, most: Mapping[UUID, int]) -> None:
        """No node dies here."""

    async def call(
        self,
        station_id: str,
        _version: Version,
        action: str,
        payload: bytes,
        *,
        call_id: UUID | None = None,
    ) -> CallResult | CallError:
        assert (action, call_id) == ("SetChargingProfile", None)
        purpose = json.loads(payload)["csChargingProfiles"]["chargingProfilePurpose"]
        answer = self._answer(station_id) if purpose == "TxProfile" else "Accepted"
        news: dict[str, Any] = {"refused_at": self._now}
        if answer == "Accepted":
            news = {"accepted": self._planned, "refused_at": None}
        sessions = [
            replace(one, **news) if one.station_id == station_id else one
            for one in self.situation.sessions
        ]
        self.situation = replace(self.situation, sessions=sessions)
        self.check(self._now)
        if answer == "silence":
            raise NoAnswerError("silence")
        if answer == "error":
            return CallError("m1", "InternalError", "")
        return CallResult("m1", json.dumps({"status": answer}).encode())


wishes = st.builds(
    Preferences,
    departure_at=st.none() | st.integers(1, 300).map(lambda m: NOW + timedelta(minutes=m)),
    wanted_wh=st.none() | st.integers(0, 30_000),
    maximum_ma=st.none() | st.sampled_from([6_000, 10_000, 16_000]),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(wishes, min_size=1, max_size=5),
    st.lists(st.integers(1, 14), max_size=8),
    st.integers(0, 8),
    REFUSALS,
)
async def test_never_over_the_limit_while_stations_are_told(
    asking: list[Preferences], minutes: list[int], listens_until: int, refusal: str
) -> None:
    """One of them does not listen any more from a quarter of an hour on."""
    quarter = 0

    def answer(station_id: str) -> str:
        return refusal if station_id == "CP0" and quarter >= listens_until else "Accepted"

    site = FakeSite(asking, answer)
    for quarter in range(8):
        at = NOW + timedelta(minutes=15 * quarter)
        site.check(at)
        await site.replan(at)
        for minute in minutes[quarter : quarter + 1]:
            again = at + timedelta(minutes=minute)
            site.check(again)
            await site.replan(again)
