"""Local authorisation lists of stations."""

import http
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from services.charging.application.command_request import WrongRequestError
from services.charging.application.local_lists import LocalListBook, LocalLists, LocalListView
from services.charging.application.station_views import StationViews
from services.charging.application.views import Views
from services.charging.domain.local_lists import Listed
from services.charging.domain.tokens import token_uid
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.commands import HoldSeconds
from services.charging.entrypoints.rest.identifiers import Uid
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag
from services.charging.entrypoints.rest.stations import the_station


class LocalListIn(BaseModel, extra="forbid"):
    """All tokens that a station is to know by itself, with what may be said of them now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tokens": ["04AABBCC"], "hold_seconds": 3600}]}
    )

    tokens: Annotated[list[Uid], Field(max_length=10_000)]
    hold_seconds: HoldSeconds = 0


def local_lists_router(
    *, stations: StationViews, views: Views, book: LocalListBook, lists: LocalLists
) -> APIRouter:
    """404: no such station of the caller's company. 422: a token that is not the company's."""
    router = APIRouter(tags=["local lists"])

    @router.get("/stations/{station_id}/local-list")
    async def get_local_list(
        scope: CallerScope, station_id: str, response: Response
    ) -> LocalListView:
        """404 too for a station that was never given one."""
        found = await book.local_list(scope, station_id)
        if found is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no local list of {station_id}")
        response.headers["ETag"] = etag(found.version)
        return found

    @router.put(
        "/stations/{station_id}/local-list",
        status_code=http.HTTPStatus.ACCEPTED,
        responses=CHANGED_MEANWHILE,
    )
    async def put_local_list(
        scope: CallerScope,
        station_id: str,
        given: LocalListIn,
        response: Response,
        condition: Condition,
    ) -> LocalListView:
        """The station hears what changed, or all of it; its answer stands in the list."""
        station = await the_station(stations, scope, station_id)
        uids = list(dict.fromkeys(map(token_uid, given.tokens)))
        known = {token.uid: token for token in await views.tokens_of(scope, uids)}
        if unknown := [uid for uid in uids if uid not in known]:
            raise WrongRequestError(f"tokens: no token {', '.join(unknown)[:200]}")
        tokens = [Listed(uid, known[uid].status, known[uid].group_uid) for uid in uids]
        await lists.put(scope, station, tokens, condition, hold_seconds=given.hold_seconds)
        return await get_local_list(scope, station_id, response)

    return router
