"""Conditional requests (RFC 9110, section 13): nobody overwrites what another has just changed."""

import http
import re
from typing import Annotated, Any

from fastapi import Header, HTTPException

IfMatch = Annotated[
    str | None, Header(description="The `ETag` that the change is for; `*` for any")
]
IfNoneMatch = Annotated[str | None, Header(description="`*`: only when there is none yet")]

PRECONDITIONS: dict[int | str, dict[str, Any]] = {
    http.HTTPStatus.PRECONDITION_FAILED.value: {"description": "It was changed meanwhile"},
    http.HTTPStatus.PRECONDITION_REQUIRED.value: {"description": "`If-Match` is needed"},
}
"""Answers of a route that takes `IfMatch`."""


def etag(version: int) -> str:
    """Of a version."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that a change is for; None: any that there is.

    428 without the header, 412 for one that no version ever had.
    """
    if if_match is None:
        raise HTTPException(
            http.HTTPStatus.PRECONDITION_REQUIRED, "If-Match: with the ETag of what is changed"
        )
    if if_match.strip() == "*":
        return None
    tag = re.fullmatch(r'\s*"(\d{1,9})"\s*', if_match)
    if tag is None:
        raise changed_meanwhile()
    return int(tag[1])


def changed_meanwhile() -> HTTPException:
    """412."""
    return HTTPException(
        http.HTTPStatus.PRECONDITION_FAILED, "it was changed meanwhile, or is not there"
    )
