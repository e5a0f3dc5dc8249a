"""Conditional requests (RFC 9110, section 13): nobody overwrites what another has just changed."""

import http
import re
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException

from services.charging.application.preconditions import ChangedMeanwhileError, Precondition

IfMatch = Annotated[
    str | None, Header(description="The `ETag` that the change is for; `*` for any")
]
IfNoneMatch = Annotated[str | None, Header(description="`*`: only when there is none yet")]

CHANGED_MEANWHILE: dict[int | str, dict[str, Any]] = {
    http.HTTPStatus.PRECONDITION_FAILED.value: {"description": "It was changed meanwhile"},
}
"""The answer of a route that takes a `Condition`."""
PRECONDITIONS: dict[int | str, dict[str, Any]] = CHANGED_MEANWHILE | {
    http.HTTPStatus.PRECONDITION_REQUIRED.value: {"description": "`If-Match` is needed"},
}
"""Answers of a route that needs `IfMatch`."""


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
    tag = re.fullmatch(r'\s*"([1-9]\d{0,8})"\s*', if_match)
    if tag is None:
        raise changed_meanwhile()
    return int(tag[1])


def named_by(if_none_match: str, tag: str) -> bool:
    """Weakly compared (RFC 9110, section 13.1.2): who compresses an answer weakens its tag."""
    given = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in given or given == ["*"]


def changed_meanwhile() -> HTTPException:
    """412."""
    return HTTPException(http.HTTPStatus.PRECONDITION_FAILED, str(ChangedMeanwhileError()))


def _precondition(if_match: IfMatch = None, if_none_match: IfNoneMatch = None) -> Precondition:
    """412 for what no version ever had, or a tag that must not be there: only `*` is understood."""
    if if_match is not None:
        return Precondition(exists=True, version=expected_version(if_match))
    if if_none_match is None:
        return Precondition()
    if if_none_match.strip() != "*":
        raise changed_meanwhile()
    return Precondition(exists=False)


Condition = Annotated[Precondition, Depends(_precondition)]
"""Of a change that may be made without one."""
