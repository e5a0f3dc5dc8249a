"""Campaigns: one command to many stations, a firmware's roll-out among them."""

import http
from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.routes import CHARGING_API
from services.charging.application.campaigns import (
    Campaign,
    CampaignBook,
    Campaigns,
    CampaignView,
    OtherRequest,
    Outcome,
    StationFilter,
    TaskView,
)
from services.charging.application.command_request import command_request
from services.charging.application.named_tokens import check_tokens
from services.charging.application.scope import Scope
from services.charging.application.views import Page, Views
from services.charging.domain.ocpp_j.version import Version
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
_Told = Annotated[str | None, Field(min_length=1, max_length=50)]
MOST_STATIONS = 10_000


class OtherRequestIn(BaseModel, extra="forbid"):
    """The same in the words of another version, for the stations that speak it."""

    ocpp_version: Annotated[str, Field(json_schema_extra={"enum": _VERSIONS})]
    action: str
    request: dict[str, Any] = {}


class StationFilterIn(BaseModel, extra="forbid"):
    """Stations that have all of this, as they told it at their latest boot."""

    site_id: Identifier | None = None
    vendor: _Told = None
    model: _Told = None
    firmware_version: _Told = None
    ocpp_version: Annotated[str | None, Field(json_schema_extra={"enum": _VERSIONS})] = None
    """Spoken now, or last."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("says nothing of the stations")
        return self


class CampaignIn(BaseModel, extra="forbid"):
    """A command and the stations that are to hear it, all at once or wave after wave.

    A wave begins when every task of the one before has come to an outcome. Firmware has come to one
    when the station says that it is installed, or why not.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Firmware 2.1",
                    "action": "UpdateFirmware",
                    "request": {
                        "location": "https://firmware.example/2.1.bin",
                        "retrieveDate": "2026-03-01T06:00:00Z",
                        "retries": 3,
                    },
                    "others": [
                        {
                            "ocpp_version": "ocpp2.0.1",
                            "action": "UpdateFirmware",
                            "request": {
                                "requestId": 21,
                                "firmware": {
                                    "location": "https://firmware.example/2.1.bin",
                                    "retrieveDateTime": "2026-03-01T06:00:00Z",
                                },
                            },
                        }
                    ],
                    "filter": {"vendor": "Example", "firmware_version": "2.0"},
                    "wave_size": 50,
                    "most_failures": 2,
                }
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=200)]
    action: str
    request: dict[str, Any] = {}
    ocpp_version: Annotated[str, Field(json_schema_extra={"enum": _VERSIONS})] | None = None
    """In whose words it is; without it, the first that knows the request."""
    others: Annotated[list[OtherRequestIn], Field(max_length=len(_VERSIONS) - 1)] = []
    stations: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_STATIONS)] | None = (
        None
    )
    filter: StationFilterIn | None = None
    """In place of `stations`: those that fit when the campaign is taken."""
    wave_size: Annotated[int, Field(ge=1, le=10_000)] = 10_000
    most_failures: Annotated[int, Field(ge=0)] | None = None
    """When more tasks failed, no further wave begins."""
    hold_seconds: HoldSeconds = 0

    @model_validator(mode="after")
    def _names_stations_once(self) -> Self:
        if (self.stations is None) == (self.filter is None):
            raise ValueError("either stations or filter is needed")
        return self


def campaigns_router(*, book: CampaignBook, campaigns: Campaigns, views: Views) -> APIRouter:
    """A campaign is taken at once; its tasks say what becomes of it."""
    router = APIRouter(tags=["campaigns"])

    @router.post("/campaigns", status_code=http.HTTPStatus.ACCEPTED)
    async def post_campaign(
        scope: CallerScope, effect_id: EffectId, wanted: CampaignIn, response: Response
    ) -> CampaignView:
        version, payload = await checked(scope, wanted.ocpp_version, wanted.action, wanted.request)
        others = [
            OtherRequest(
                one.ocpp_version,
                one.action,
                (await checked(scope, one.ocpp_version, one.action, one.request))[1],
            )
            for one in wanted.others
        ]
        spoken = [version.name, *(one.ocpp_version for one in others)]
        if len(set(spoken)) < len(spoken):
            raise _wrong("others: one request for each version")
        campaign = Campaign(
            id=effect_id,
            company_id=scope.company_id,
            name=wanted.name,
            ocpp_version=version.name,
            action=wanted.action,
            request=payload,
            stations=await chosen(scope, wanted),
            others=others,
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

    async def checked(
        scope: Scope, ocpp_version: str | None, action: str, request: dict[str, Any]
    ) -> tuple[Version, bytes]:
        if ocpp_version not in {None, *_VERSIONS}:
            raise _wrong(f"ocpp_version: one of {', '.join(_VERSIONS)}")
        version, payload = command_request(ocpp_version, action, request)
        await check_tokens(views, scope, version, action, payload)
        return version, payload

    async def chosen(scope: Scope, wanted: CampaignIn) -> Sequence[str]:
        if wanted.filter is None:
            return list(dict.fromkeys(wanted.stations or ()))
        found = await book.matching(scope, StationFilter(**wanted.filter.model_dump()))
        if not 0 < len(found) <= MOST_STATIONS:
            raise _wrong(f"filter: {len(found)} stations fit; 1 to {MOST_STATIONS} may")
        return found

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

    @router.post("/campaigns/{campaign_id}/pause")
    async def pause_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        """Begin no wave until it is resumed; what was sent stays sent. 409 when it is over."""
        return await paused(scope, campaign_id, paused=True)

    @router.post("/campaigns/{campaign_id}/resume")
    async def resume_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        """Go on with the waves. 409 when it is over."""
        return await paused(scope, campaign_id, paused=False)

    async def paused(scope: Scope, campaign_id: UUID, *, paused: bool) -> CampaignView:
        campaign = await get_campaign(scope, campaign_id)
        if not await book.pause(scope, campaign_id, paused=paused):
            over = f"campaign {campaign_id} is {campaign.state}"
            raise _refused(http.HTTPStatus.CONFLICT, over)
        campaigns.look()
        return await get_campaign(scope, campaign_id)

    @router.post("/campaigns/{campaign_id}/retry")
    async def retry_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        """Tell the stations that failed again, in waves after the last; so it runs again.

        409 when none failed, and when the request told secrets, which are forgotten at the end.
        """
        await get_campaign(scope, campaign_id)
        tried = await book.retry(scope, campaign_id)
        if not tried:
            why = "no task failed" if tried == 0 else "what it told is secret, and forgotten"
            raise _refused(http.HTTPStatus.CONFLICT, f"campaign {campaign_id}: {why}")
        campaigns.look()
        return await get_campaign(scope, campaign_id)

    @router.post("/campaigns/{campaign_id}/stop")
    async def stop_campaign(scope: CallerScope, campaign_id: UUID) -> CampaignView:
        """Begin no further wave; what was sent stays sent."""
        await get_campaign(scope, campaign_id)
        await book.stop(scope, campaign_id)
        return await get_campaign(scope, campaign_id)

    return router


def _wrong(detail: str) -> HTTPException:
    return _refused(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _refused(status: http.HTTPStatus, detail: str) -> HTTPException:
    return HTTPException(status, detail)
