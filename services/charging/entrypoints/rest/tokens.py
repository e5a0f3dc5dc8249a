"""Tokens, and the drivers who hold them."""

import http
from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from services.charging.application.preconditions import (
    WHATEVER_IS_THERE,
    Entered,
    Precondition,
)
from services.charging.application.scope import Scope
from services.charging.application.views import Page, TokenView, Views
from services.charging.domain.tokens import Token, TokenStatus, token_uid
from services.charging.entrypoints.rest.callers import CallerScope
from services.charging.entrypoints.rest.csv_import import CSV_BODY, CsvText, rows
from services.charging.entrypoints.rest.identifiers import PathUid, Uid
from services.charging.entrypoints.rest.pages import DEFAULT_LIMIT, Cursor, Limit, page
from services.charging.entrypoints.rest.preconditions import CHANGED_MEANWHILE, Condition, etag
from services.charging.entrypoints.rest.registered import CREATED, Registered


class Tokens(Protocol):
    """The register of tokens."""

    async def put(
        self,
        company_id: str,
        tokens: Sequence[Token],
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> Sequence[Entered]:
        """All of them are kept or none; raises `ChangedMeanwhileError`, `TakenError`."""


class TokenIn(BaseModel, extra="forbid"):
    """A token and the driver who holds it."""

    status: TokenStatus = TokenStatus.ACCEPTED
    driver: Annotated[str, Field(min_length=1, max_length=200)]
    driver_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """``sub`` of the driver in the user pool: whoever signs in as this sees the token's sessions,
    those from now on."""
    group_uid: Uid | None = None
    """Tokens of one group may stop each other's sessions."""
    ad_hoc: bool = False
    """Whoever charges by it has no contract, and pays what the company publishes for its sites: a
    payment terminal's, a prepaid card. It belongs into no contract of billing's."""

    def token(self, uid: str) -> Token:
        """In the domain's terms."""
        return Token(
            uid=token_uid(uid),
            status=self.status,
            driver=self.driver,
            driver_id=self.driver_id,
            group_uid=token_uid(self.group_uid) if self.group_uid else None,
            ad_hoc=self.ad_hoc,
        )


class NamedTokenIn(TokenIn, extra="forbid"):
    """A token in a list."""

    uid: Uid


class TokenChange(BaseModel):
    """A token before and after; null before: it is new."""

    before: TokenView | None
    after: TokenView


class Imported(BaseModel):
    """What an import did, or would do."""

    dry_run: bool
    created: int
    updated: int
    unchanged: int
    changes: list[TokenChange]


def tokens_router(*, views: Views, tokens: Tokens) -> APIRouter:
    """Each PUT and each list may be repeated; the last word counts."""
    router = APIRouter(tags=["tokens"])

    @router.get("/tokens")
    async def get_tokens(
        scope: CallerScope,
        driver_id: str | None = None,
        status: TokenStatus | None = None,
        cursor: Cursor = "",
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[TokenView]:
        found = await views.tokens(
            scope, driver_id=driver_id, status=status, after=cursor, limit=limit + 1
        )
        return page(found, limit, lambda token: token.uid)

    @router.get("/tokens/{uid}")
    async def get_token(scope: CallerScope, uid: PathUid, response: Response) -> TokenView:
        token = await views.token(scope, token_uid(uid))
        if token is None:
            raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no token {uid}")
        response.headers["ETag"] = etag(token.version)
        return token

    @router.put("/tokens/{uid}", responses=CREATED | CHANGED_MEANWHILE)
    async def put_token(
        scope: CallerScope,
        uid: PathUid,
        token: TokenIn,
        response: Response,
        condition: Condition,
    ) -> TokenView:
        kept = token.token(uid)
        [entered] = await tokens.put(scope.company_id, [kept], condition)
        response.status_code = http.HTTPStatus.CREATED if entered.is_new else http.HTTPStatus.OK
        response.headers["ETag"] = etag(entered.version)
        return _view(kept, entered.version)

    @router.post("/tokens")
    async def post_tokens(
        scope: CallerScope, given: Annotated[list[NamedTokenIn], Field(max_length=1000)]
    ) -> Registered:
        by_uid = {token_uid(token.uid): token.token(token.uid) for token in given}
        entered = await tokens.put(scope.company_id, list(by_uid.values()))
        new = sum(one.is_new for one in entered)
        return Registered(created=new, updated=len(by_uid) - new)

    @router.post("/tokens/import", openapi_extra=CSV_BODY)
    async def import_tokens(
        scope: CallerScope,
        text: CsvText,
        dry_run: Annotated[bool, Query(description="only say what would change")] = False,
    ) -> Imported:
        """All rows of a CSV file, or none: each fault is named by its row.

        The first row names the columns: `uid` and `driver`; `status`, `driver_id`, `group_uid` and
        `ad_hoc` where wanted. A token that is known keeps what a row leaves empty or the file has
        no column for: a list of drivers lets in no card that was blocked.
        """
        given = {token_uid(row["uid"]): row for row in rows(text, NamedTokenIn, unique="uid")}
        stands = {token.uid: token for token in await views.tokens_of(scope, list(given))}
        wanted = {
            uid: NamedTokenIn.model_validate(_kept(stands.get(uid)) | row).token(uid)
            for uid, row in given.items()
        }
        changes = [
            TokenChange(before=before, after=_view(token, before.version + 1 if before else 1))
            for uid, token in wanted.items()
            if (before := stands.get(uid)) is None or before != _view(token, before.version)
        ]
        if not dry_run:
            await tokens.put(scope.company_id, [wanted[change.after.uid] for change in changes])
        created = sum(change.before is None for change in changes)
        return Imported(
            dry_run=dry_run,
            created=created,
            updated=len(changes) - created,
            unchanged=len(wanted) - len(changes),
            changes=changes,
        )

    return router


async def charging_token(views: Views, scope: Scope, uid: str) -> str:
    """The uid of a token that the caller may charge with; 404: none of the caller's, 409: blocked.

    A station need not ask us again before it lets the energy flow (OCPP 1.6, section 5.11).
    """
    token = await views.token(scope, token_uid(uid))
    if token is None:
        raise HTTPException(http.HTTPStatus.NOT_FOUND, f"no token {uid}")
    if token.status is not TokenStatus.ACCEPTED:
        raise HTTPException(http.HTTPStatus.CONFLICT, f"token {uid} is {token.status}")
    return token.uid


def _kept(token: TokenView | None) -> dict[str, Any]:
    """What a row may leave out."""
    if token is None:
        return {}
    return {
        "status": token.status,
        "driver_id": token.driver_id,
        "group_uid": token.group_uid,
        "ad_hoc": token.ad_hoc,
    }


def _view(token: Token, version: int) -> TokenView:
    return TokenView(
        uid=token.uid,
        status=token.status,
        driver=token.driver,
        driver_id=token.driver_id,
        group_uid=token.group_uid,
        version=version,
        ad_hoc=token.ad_hoc,
    )
