"""What sessions want of their site's plan, by the word of an operator or of the driver."""

import http
from dataclasses import replace
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from services.charging.application.scope import Scope
from services.charging.application.smart_charging.planning import SitePlanning
from services.charging.application.smart_charging.sites import KeptPreferences, Sites
from services.charging.domain.smart_charging.limits import ALL_PHASES
from services.charging.domain.smart_charging.situation import Preferences
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.moments import Moment
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag
from services.charging.entrypoints.rest.site_limits import ChargingAmperes, amperes, milliamperes


class WishesIn(BaseModel, extra="forbid"):
    """What a driver says; energy counts from the session's begin."""

    departure_at: Moment | None = None
    wanted_wh: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    maximum_a: ChargingAmperes | None = None
    prefers_solar: bool = False

    def preferences(self) -> Preferences:
        """In the domain's terms."""
        return Preferences(
            departure_at=self.departure_at,
            wanted_wh=self.wanted_wh,
            maximum_ma=None if self.maximum_a is None else milliamperes(self.maximum_a),
            prefers_solar=self.prefers_solar,
        )


class PreferencesIn(WishesIn):
    """What an operator says: who comes first, too, and how many phases the vehicle loads."""

    priority: Annotated[int, Field(ge=0, le=9)] = 0
    phases: Annotated[int, Field(ge=1, le=3)] = len(ALL_PHASES)

    def preferences(self) -> Preferences:
        """In the domain's terms."""
        return replace(super().preferences(), priority=self.priority, phases=self.phases)


class PreferencesOut(PreferencesIn):
    """What a session wants, as it was said last."""

    session_id: UUID
    site_id: str

    @classmethod
    def of(cls, session_id: UUID, kept: KeptPreferences) -> Self:
        """As they were said."""
        wanted = kept.preferences
        return cls(
            session_id=session_id,
            site_id=kept.site_id,
            departure_at=wanted.departure_at,
            wanted_wh=wanted.wanted_wh,
            priority=wanted.priority,
            maximum_a=None if wanted.maximum_ma is None else amperes(wanted.maximum_ma),
            phases=wanted.phases,
            prefers_solar=wanted.prefers_solar,
        )


def session_preferences_router(*, sites: Sites, planning: SitePlanning) -> APIRouter:
    """404: no such session that goes on."""
    router = APIRouter(tags=["sites"])

    @router.put("/sessions/{session_id}/preferences", responses=CHANGED_MEANWHILE)
    async def put_preferences(
        scope: CallerScope,
        session_id: UUID,
        given: PreferencesIn,
        response: Response,
        condition: Condition,
    ) -> PreferencesOut:
        wanted = given.preferences()
        kept = await sites.put_preferences(scope, session_id, wanted, condition)
        return _taken(planning, session_id, kept, response)

    @router.get("/sessions/{session_id}/preferences")
    async def get_preferences(
        scope: CallerScope, session_id: UUID, response: Response
    ) -> PreferencesOut:
        """404 too for a session of which nobody said anything."""
        return await _read(sites, scope, session_id, response)

    return router


def driver_preferences_router(*, sites: Sites, planning: SitePlanning) -> APIRouter:
    """Of the driver's own sessions; what an operator said of priority and phases stays."""
    router = APIRouter(prefix="/driver", tags=["driver"])

    @router.put("/sessions/{session_id}/preferences", responses=CHANGED_MEANWHILE)
    async def put_driver_preferences(
        scope: CallerScope,
        session_id: UUID,
        given: WishesIn,
        response: Response,
        condition: Condition,
    ) -> PreferencesOut:
        wanted = given.preferences()
        kept = await sites.put_preferences(scope, session_id, wanted, condition)
        return _taken(planning, session_id, kept, response)

    @router.get("/sessions/{session_id}/preferences")
    async def get_driver_preferences(
        scope: CallerScope, session_id: UUID, response: Response
    ) -> PreferencesOut:
        """404 too for a session of which nobody said anything."""
        return await _read(sites, scope, session_id, response)

    return router


def _taken(
    planning: SitePlanning, session_id: UUID, kept: KeptPreferences | None, response: Response
) -> PreferencesOut:
    if kept is None:
        raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no open session {session_id}")
    planning.changed(kept.site_id)
    response.headers["ETag"] = etag(kept.version)
    return PreferencesOut.of(session_id, kept)


async def _read(sites: Sites, scope: Scope, session_id: UUID, response: Response) -> PreferencesOut:
    kept = await sites.preferences(scope, session_id)
    if kept is None:
        raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no preferences of {session_id}")
    response.headers["ETag"] = etag(kept.version)
    return PreferencesOut.of(session_id, kept)
