"""Campaigns: one command to many stations, a firmware's roll-out among them."""

import http
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from contracts.routes import CHARGING_API
from services.charging.application.campaigns import (
    Campaign,
    CampaignBook,
    Campaigns,
    CampaignView,
    Outcome,
    TaskView,
)
from services.charging.application.command_request import command_request
from services.charging.application.named_tokens import check_tokens
from services.charging.application.views import Page, Views
from services.charging.domain.versions import VERSIONS
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.commands import HoldSeconds
from services.charging.entrypoints.rest.idempotency import EffectId
from services.charging.entrypoints.rest.identifiers import Identifier
from services.charging.entrypoints.rest.pages import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    NumberCursor,
    page,
)

_VERSIONS = [version.name for version in VERSIONS]


class CampaignIn(BaseModel, extra="forbid"):
    """A command and the stations that are to hear it, all at once or wave after wave.

    A wave begins when every task of the one before has come to an outcome. Firmware has come to one
    when the station says that it is installed, or why not.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    action: str
    request: dict[str, Any] = {}
    ocpp_version: Annotated[str, Field(json_schema_extra={"enum": _VERSIONS})] | None = None
    """In whose words it is; without it, the first that knows the request."""
    stations: Annotated[list[Identifier], Field(min_length=1, max_length=10_000)]
    wave_size: Annotated[int, Field(ge=1, le=10_000)] = 10_000
    most_failures: Annotated[int, Field(ge=0)] | None = None
    """When more tasks failed, no further wave begins."""
    hold_seconds: HoldSeconds = 0


def campaigns_router(*, book: CampaignBook, campaigns: Campaigns, views: Views) -> APIRouter:
    """A campaign is taken at once; its tasks say what becomes of it."""
    router = APIRouter(tags=["campaigns"])

    @router.post("/campaigns", status_code=http.HTTPStatus.ACCEPTED)
    async def post_campaign(
        scope: CallerScope, effect_id: EffectId, wanted: CampaignIn, response: Response
    ) -> CampaignView:
        if wanted.ocpp_version not in {None, *_VERSIONS}:
            known = ", ".join(_VERSIONS)
            raise _refused(http.HTTPStatus.UNPROCESSABLE_ENTITY, f"ocpp_version: one of {known}")
        version, payload = command_request(wanted.ocpp_version, wanted.action, wanted.request)
        await check_tokens(views, scope, version, wanted.action, payload)
        campaign = Campaign(
            id=effect_id,
            company_id=scope.company_id,
            name=wanted.name,
            ocpp_version=version.name,
            action=wanted.action,
            request=payload,
            stations=list(dict.fromkeys(wanted.stations)),
            wave_size=wanted.wave_size,
            most_failures=wanted.most_failures,
            hold_seconds=wanted.hold_seconds,
        )
        if missing := await book.open(campaign):
            names = ", ".join(missing)[:200]
            raise _refused(http.HTTPStatus.NOT_FOUND, f"no stations {names}")
        campaigns.look()
        response.headers["Location"] = f"{CHARGING_API}/campaigns/{campaign.id}"
        return await get_campaign(scope, campaign.id)

    @router.get("/campaigns")
    async def get_campaigns(
        scope: CallerScope, cursor: NumberCursor = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[CampaignView]:
        found = await book.campaigns(scope, before=cursor, limit=limit + 1)
        return page(found, limit, lambda campaign: campaign.number)

    @router.get("/campaigns/{campaign_id}")
    async def get_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        campaign = await book.campaign(scope, campaign_id)
        if campaign is None:
            raise _refused(http.HTTPStatus.NOT_FOUND, f"no campaign {campaign_id}")
        return campaign

    @router.get("/campaigns/{campaign_id}/tasks")
    async def get_tasks(
        scope: CallerScope,
        campaign_id: UUID,
        outcome: Outcome | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[TaskView]:
        await get_campaign(scope, campaign_id)
        found = await book.tasks(scope, campaign_id, outcome=outcome, after=cursor, limit=limit + 1)
        return page(found, limit, lambda task: task.station_id)

    @router.post("/campaigns/{campaign_id}/stop")
    async def stop_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        """Begin no further wave; what was sent stays sent."""
        await get_campaign(scope, campaign_id)
        await book.stop(scope, campaign_id)
        return await get_campaign(scope, campaign_id)

    return router


def _refused(status: http.HTTPStatus, detail: str) -> HTTPException:
    return HTTPException(status, detail)
