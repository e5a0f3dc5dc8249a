"""Pages of long lists, by cursor."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import Field

from services.charging.application.views import Page

Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str, Query(max_length=64, description="`next_cursor` of the page before")]
Number = Annotated[int, Field(ge=0, lt=2**63)]
"""Of something that is counted."""
NumberCursor = Annotated[Number | None, Query(description="`next_cursor` of the page before")]

DEFAULT_LIMIT = 100


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], object]) -> Page[Row]:
    """A page of rows that were asked for with one more than `limit`."""
    shown = rows[:limit]
    return Page(items=shown, next_cursor=str(key(shown[-1])) if len(rows) > limit else None)
