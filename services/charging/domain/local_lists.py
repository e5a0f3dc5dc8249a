"""Local authorisation lists: the tokens that a station knows by itself (OCPP 1.6, section 3.5.2;
OCPP 2.0.1, block D).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.charging.domain.tokens import TokenStatus


@dataclass(frozen=True, slots=True)
class Listed:
    """A token on a list."""

    uid: str
    status: TokenStatus
    group_uid: str | None = None


@dataclass(frozen=True, slots=True)
class LocalList:
    """One version of a station's list."""

    version: int
    tokens: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """What a station hears of its new list."""

    version: int
    is_full: bool
    """All of it; otherwise only what changed."""
    tokens: Sequence[Listed]
    gone: Sequence[str] = ()
    """Uids that leave the list."""


def update_to(wanted: LocalList, held: LocalList | None) -> ListUpdate:
    """The difference where it is known which list the station holds; else all of the new one."""
    if held is None:
        return ListUpdate(wanted.version, is_full=True, tokens=wanted.tokens)
    before = {one.uid: one for one in held.tokens}
    remaining = {one.uid for one in wanted.tokens}
    return ListUpdate(
        wanted.version,
        is_full=False,
        tokens=[one for one in wanted.tokens if before.get(one.uid) != one],
        gone=[uid for uid in before if uid not in remaining],
    )
