"""Long lists, page by page: a cursor says after which row to go on."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from psycopg.rows import DictRow

from services.billing.domain.errors import BillingError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items in their order, and where to go on; null at the end."""

    items: list[Item]
    next_cursor: str | None


class CursorError(BillingError):
    """The cursor is none that an earlier page gave."""

    code = "invalid-cursor"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


def page(
    rows: Sequence[DictRow], limit: int, item: Callable[[DictRow], Item], *key: str
) -> Page[Item]:
    """A page of at most `limit` rows, when one more was asked for; `key` orders the rows."""
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return Page(
        items=[item(row) for row in shown],
        next_cursor=_text([last[column] for column in key]) if last else None,
    )


def after(cursor: str | None, columns: int) -> list[Any]:
    """The key after which to go on, a null for each column at the beginning.

    Raises `CursorError`.
    """
    if cursor is None:
        return [None] * columns
    try:
        key = json.loads(urlsafe_b64decode(cursor))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != columns:
        raise CursorError(f"cursor: {cursor!r} is none that an earlier page gave")
    return key


def _text(key: list[object]) -> str:
    return urlsafe_b64encode(json.dumps(key, default=str).encode()).decode()
