"""Keys of meters, and what meters signed."""

import http
from base64 import b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from services.charging.application.signed_metering import KeptKey, SignedMetering
from services.charging.domain.signed_metering.evidence import Verdict
from services.charging.domain.signed_metering.meter_key import MeterKey, UnusableKeyError
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.identifiers import PathIdentifier


class MeterKeyIn(BaseModel, extra="forbid"):
    """A public key as it stands on the meter or its papers: PEM, hex or Base64."""

    public_key: Annotated[str, Field(min_length=1, max_length=4000)]


class MeterKeysOut(BaseModel):
    """All keys of a station's meters, the newest first; older sessions keep theirs."""

    station_id: str
    items: list[KeptKey]


class SignedValueOut(BaseModel):
    """A signed value, byte for byte: in Base64, and as text where it is text."""

    received: str
    text: str | None
    received_at: datetime


class SignedValuesOut(BaseModel):
    """What was signed in a session. `verdict` is by the keys that are known now."""

    session_id: UUID
    station_id: str
    verdict: Verdict | None
    reason: str | None
    items: list[SignedValueOut]


def signed_values_router(*, signed_metering: SignedMetering) -> APIRouter:
    """404: no such station or session of the caller's company."""
    router = APIRouter(tags=["signed meter values"])

    @router.post("/stations/{station_id}/meter-keys", status_code=http.HTTPStatus.CREATED)
    async def post_key(
        scope: CallerScope, station_id: PathIdentifier, given: MeterKeyIn
    ) -> MeterKeysOut:
        try:
            MeterKey.of(given.public_key)
        except UnusableKeyError as error:
            detail = f"public_key: {error}"
            raise HTTPException(http.HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
        await signed_metering.add_key(scope, station_id, given.public_key)
        return await get_keys(scope, station_id)

    @router.get("/stations/{station_id}/meter-keys")
    async def get_keys(scope: CallerScope, station_id: str) -> MeterKeysOut:
        keys = await signed_metering.keys(scope, station_id)
        if keys is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no station {station_id}")
        return MeterKeysOut(station_id=station_id, items=list(keys))

    @router.get("/sessions/{session_id}/signed-values")
    async def get_signed_values(scope: CallerScope, session_id: UUID) -> SignedValuesOut:
        proof = await signed_metering.proof(scope, session_id)
        if proof is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no session {session_id}")
        judgement = proof.judgement
        return SignedValuesOut(
            session_id=session_id,
            station_id=proof.station_id,
            verdict=judgement.verdict if judgement else None,
            reason=judgement.reason if judgement else None,
            items=[
                SignedValueOut(
                    received=b64encode(value.received).decode(),
                    text=value.text,
                    received_at=value.received_at,
                )
                for value in proof.values
            ],
        )

    return router
