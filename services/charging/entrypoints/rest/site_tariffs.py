"""What public sites ask of those who pay ad hoc, in the words of OCPI 2.2.1 (section 11.3)."""

import http
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from services.charging.application.site_tariffs import KeptTariff, SiteTariffs
from services.charging.domain.tariffs.acceptance import ROOM, accept
from services.charging.domain.tariffs.tariff import Currency, Dimension, Tariff
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import PathIdentifier
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag

_Amount = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=4)]
_Seconds = Annotated[int, Field(ge=0, le=31 * 24 * 3600)]


class PriceComponentIn(BaseModel, extra="forbid"):
    """A net price: of a session (`FLAT`), a kWh (`ENERGY`) or an hour."""

    type: Dimension
    price: _Amount
    vat: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None
    """Per cent."""
    step_size: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """Wh or seconds: each that has begun is paid for as a whole."""


class RestrictionsIn(BaseModel, extra="forbid"):
    """When an element holds, in seconds since the session's begin; no other can be rated."""

    min_duration: _Seconds | None = None
    max_duration: _Seconds | None = None


class ElementIn(BaseModel, extra="forbid"):
    """Of each type of price, the first element in the list that holds counts.

    `TIME` and `PARKING_TIME` have the same price, as nobody knows when a vehicle idled.
    """

    price_components: Annotated[list[PriceComponentIn], Field(min_length=1, max_length=4)]
    restrictions: RestrictionsIn | None = None


class PriceIn(BaseModel, extra="forbid"):
    """The least or the most that a session costs; what is paid is the gross one."""

    excl_vat: _Amount
    incl_vat: _Amount


class DisplayTextIn(BaseModel, extra="forbid"):
    """The operator's own words, for displays: in place of those made from the prices."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    text: Annotated[str, Field(min_length=1, max_length=ROOM)]


class TariffIn(BaseModel, extra="forbid"):
    """Replaces the one before for sessions that begin from now on."""

    currency: Currency
    elements: Annotated[list[ElementIn], Field(min_length=1, max_length=50)]
    min_price: PriceIn | None = None
    max_price: PriceIn | None = None
    tariff_alt_text: Annotated[list[DisplayTextIn], Field(max_length=1)] = []

    def tariff(self) -> Tariff:
        """In the domain's terms; raises `UnfitTariffError`."""
        tariff = msgspec.convert(self.model_dump(exclude_none=True), Tariff)
        accept(tariff)
        return tariff


class TariffOut(TariffIn):
    """A version of a site's tariff."""

    site_id: str
    version: int
    set_at: datetime

    @classmethod
    def of(cls, kept: KeptTariff) -> Self:
        """As it was given."""
        return cls(
            **msgspec.to_builtins(kept.tariff),
            site_id=kept.site_id,
            version=kept.version,
            set_at=kept.set_at,
        )


def site_tariffs_router(*, tariffs: SiteTariffs) -> APIRouter:
    """404: no such site of the caller's company, or it has no tariff."""
    router = APIRouter(tags=["sites"])

    @router.put(
        "/sites/{site_id}/tariff", responses=CHANGED_MEANWHILE, response_model_exclude_none=True
    )
    async def put_tariff(
        scope: CallerScope,
        site_id: PathIdentifier,
        given: TariffIn,
        response: Response,
        condition: Condition,
    ) -> TariffOut:
        """Of a public site; 409 for any other. Sessions under way keep theirs."""
        kept = await tariffs.put(scope, site_id, given.tariff(), condition)
        if kept is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no site {site_id}")
        response.headers["ETag"] = etag(kept.version)
        return TariffOut.of(kept)

    @router.get("/sites/{site_id}/tariff", response_model_exclude_none=True)
    async def get_tariff(
        scope: CallerScope,
        site_id: str,
        response: Response,
        version: Annotated[
            int | None, Query(ge=1, le=2**31 - 1, description="without: the one in force")
        ] = None,
    ) -> TariffOut:
        kept = await tariffs.tariff(scope, site_id, version)
        if kept is None:
            raise _no_tariff(site_id)
        response.headers["ETag"] = etag(kept.version)
        return TariffOut.of(kept)

    @router.delete(
        "/sites/{site_id}/tariff",
        status_code=http.HTTPStatus.NO_CONTENT,
        responses=CHANGED_MEANWHILE,
    )
    async def delete_tariff(scope: CallerScope, site_id: str, condition: Condition) -> None:
        """From now on stations there tell no price; sessions under way keep theirs."""
        if not await tariffs.withdraw(scope, site_id, condition):
            raise _no_tariff(site_id)

    return router


def _no_tariff(site_id: str) -> HTTPException:
    return HTTPException(http.HTTPStatus.NOT_FOUND, f"no tariff of a site {site_id}")
