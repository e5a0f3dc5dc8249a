"""Where configurations of stations differ: of two, or of many from one."""

from fastapi import APIRouter
from pydantic import BaseModel

from services.charging.application.configuration import (
    Configurations,
    Difference,
    differences,
    spoken_by,
)
from services.charging.application.station_views import StationSearch, StationViews
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Cursor, Limit, page
from services.charging.entrypoints.rest.stations import the_station


class ComparisonOut(BaseModel):
    """Where two stations differ, of all that either of them told."""

    station_id: str
    other_station_id: str
    differences: list[Difference]


class DeviationOut(BaseModel):
    """A station that is set otherwise than the one that it is compared with."""

    station_id: str
    differences: list[Difference] | None
    """`other_value` is its own. None: it told nothing in the version of OCPP of the other."""


class DeviationsOut(BaseModel):
    """Those of a page of stations that are set otherwise than `station_id`."""

    station_id: str
    items: list[DeviationOut]
    next_cursor: str | None


def configuration_differences_router(
    *, configurations: Configurations, stations: StationViews
) -> APIRouter:
    """404: no such station of the caller's company."""
    router = APIRouter(tags=["configuration"])

    @router.get("/stations/{station_id}/configuration-differences")
    async def get_deviations(
        scope: CallerScope,
        station_id: str,
        site_id: str | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> DeviationsOut:
        """Which stations of a site, or of all, are set otherwise; of what may be set only."""
        spoken = spoken_by(await the_station(stations, scope, station_id))
        search = StationSearch(site_id=site_id)
        found = await stations.stations(scope, search, after=cursor, limit=limit + 1)
        compared = page([one.id for one in found], limit, lambda name: name)
        told = await configurations.settings(scope, [station_id, *compared.items], spoken)
        deviations = [
            DeviationOut(
                station_id=other,
                differences=differences(
                    told.get(station_id, ()), told[other], only_what_may_be_set=True
                )
                if other in told
                else None,
            )
            for other in compared.items
            if other != station_id
        ]
        return DeviationsOut(
            station_id=station_id,
            items=[one for one in deviations if one.differences != []],
            next_cursor=compared.next_cursor,
        )

    @router.get("/stations/{station_id}/configuration-differences/{other_id}")
    async def get_differences(scope: CallerScope, station_id: str, other_id: str) -> ComparisonOut:
        settings = []
        for one in (station_id, other_id):
            spoken = spoken_by(await the_station(stations, scope, one))
            told = await configurations.settings(scope, [one], spoken)
            settings.append(told.get(one, ()))
        return ComparisonOut(
            station_id=station_id,
            other_station_id=other_id,
            differences=differences(*settings),
        )

    return router
