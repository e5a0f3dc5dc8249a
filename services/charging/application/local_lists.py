"""Local authorisation lists: a station hears the difference to what it is known to hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from services.charging.application.command_request import WrongRequestError
from services.charging.application.commands import Commands, Learn
from services.charging.application.configuration import spoken_by
from services.charging.application.preconditions import ChangedMeanwhileError, Precondition
from services.charging.application.remote_control import LONGEST_ID_TAG
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationView
from services.charging.domain.local_lists import Entry, Listed, ListUpdate, Telling
from services.charging.domain.ocpp16 import send_local_list as in_16
from services.charging.domain.ocpp16.types import IdTagInfo
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201 import local_list as in_201
from services.charging.domain.ocpp201.id_token import IdTokenInfo, named_by_us, shown
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.tokens import TokenStatus

LOOK_EVERY = 2.0
"""Seconds between looks for tokens that were blocked."""
LOOK_FOR_LEFT_EVERY = 30.0
"""Seconds between looks for what a node that died has not told."""
TOLD_AT_ONCE = 100
HELD_SECONDS = 7 * 24 * 3600
"""How long a list waits for its station, when a token on it was blocked."""

_STATUSES: Mapping[TokenStatus, Literal["Accepted", "Blocked"]] = {
    TokenStatus.ACCEPTED: "Accepted",
    TokenStatus.BLOCKED: "Blocked",
}
"""In the words of both versions. What is on a list holds as long as the list."""


class ListState(StrEnum):
    """What became of the newest version of a list."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The station's answer or the command's reason says why."""
    UNANSWERED = "unanswered"
    UNDELIVERED = "undelivered"
    OVERWRITTEN = "overwritten"
    """The station has taken another list since, by a command."""
    TOO_LONG = "too_long"
    """The station has no room for it, and was not told: it holds what it held."""


@dataclass(frozen=True, slots=True)
class LocalListView:
    """The list that a station is to hold, and what it said to it."""

    station_id: str
    version: int
    tokens: list[Listed]
    set_at: datetime
    update: str
    """``full`` or ``differential``: how the station was told last."""
    messages: int
    """By how many the station is told."""
    messages_taken: int
    """How many of them it has taken, in their order."""
    state: ListState
    answer: str | None
    answered_at: datetime | None
    command_id: UUID
    """Of the last message."""
    reason: str | None


@dataclass(frozen=True, slots=True)
class OutdatedList:
    """One that says of a token what holds no longer."""

    company_id: str
    station_id: str
    version: int
    tokens: Sequence[Listed]
    """As they stand now."""


@dataclass(frozen=True, slots=True)
class ToldList:
    """A station, and how far it has been told its list."""

    station_id: str
    spoken: Version
    telling: Telling
    command_id: UUID
    """By which it hears what it is asked to take now."""
    hold_seconds: int
    """How long that waits for it."""


class LocalListBook(Protocol):
    """Where lists are kept, and how far they were told."""

    async def put(
        self,
        scope: Scope,
        station_id: str,
        tokens: Sequence[Listed],
        precondition: Precondition,
        *,
        hold_seconds: int,
    ) -> ToldList | None:
        """Keep a new version; None: no such station.

        Raises `ChangedMeanwhileError`.
        """

    async def answered(
        self, station_id: str, number: int, status: str, *, is_full: bool
    ) -> ToldList | None:
        """Keep what a station said to an update; None: it changes nothing."""

    async def untold(self, most: int) -> Sequence[ToldList]:
        """What no node has told for a minute after it was due: one died over it.

        Raises `UnavailableError`.
        """

    async def outdated(self, most: int) -> Sequence[OutdatedList]:
        """Lists with tokens that were blocked within a day, after the lists were put.

        Raises `UnavailableError`.
        """

    async def local_list(self, scope: Scope, station_id: str) -> LocalListView | None:
        """The newest version."""


class LocalLists:
    """Tells stations their lists, and learns what they say."""

    def __init__(self, book: LocalListBook, commands: Commands, learn: Learn) -> None:
        """`learn`: from all other answers."""
        self._book = book
        self._commands = commands
        self._learn = learn

    async def put(
        self,
        scope: Scope,
        station: StationView,
        tokens: Sequence[Listed],
        precondition: Precondition,
        *,
        hold_seconds: int,
    ) -> None:
        """Keep a station's list and leave its first update to the nodes.

        Raises `ChangedMeanwhileError`, and `WrongRequestError` for a token that the station's
        version of OCPP has no room for.
        """
        too_long = [one.uid for one in tokens if len(one.uid) > LONGEST_ID_TAG]
        if spoken_by(station) is OCPP_1_6 and too_long:
            longest = f"an idTag of OCPP 1.6 has {LONGEST_ID_TAG} characters"
            raise WrongRequestError(f"tokens: {longest}: {', '.join(too_long)[:200]}")
        await self._tell(
            await self._book.put(scope, station.id, tokens, precondition, hold_seconds=hold_seconds)
        )

    async def tell_of_blocked(self) -> None:
        """Leave a new version to the nodes for each list with a token that was blocked since."""
        for old in await self._book.outdated(TOLD_AT_ONCE):
            scope = Scope(old.company_id)
            precondition = Precondition(exists=True, version=old.version)
            try:
                told = await self._book.put(
                    scope, old.station_id, old.tokens, precondition, hold_seconds=HELD_SECONDS
                )
            except ChangedMeanwhileError:
                continue  # by another node, or a person
            await self._tell(told)

    async def tell_what_was_left(self) -> None:
        """Go on where a node died."""
        for told in await self._book.untold(TOLD_AT_ONCE):
            await self._tell(told)

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """From an answer; the next update follows, or the whole list anew where one is refused."""
        match request, answer:
            case in_16.SendLocalList(), in_16.SendLocalListResponse():
                number = request.list_version
            case in_201.SendLocalList(), in_201.SendLocalListResponse():
                number = request.version_number
            case _:
                await self._learn(station_id, request, answer, at)
                return
        is_full = request.update_type == "Full"
        await self._tell(
            await self._book.answered(station_id, number, answer.status, is_full=is_full)
        )

    async def _tell(self, told: ToldList | None) -> None:
        update = told.telling.asked if told else None
        if told is not None and update is not None:
            await self._commands.tell(
                told.station_id,
                told.spoken,
                said(told.spoken, update),
                command_id=told.command_id,
                hold_seconds=told.hold_seconds,
            )


def entry_bytes(spoken: Version, entry: Entry) -> int:
    """Of a list's entry in a message."""
    written = _entry_16(entry) if spoken is OCPP_1_6 else _entry_201(entry)
    return len(msgspec.json.encode(written)) + len(",")


def _entry_16(entry: Entry) -> in_16.AuthorizationData:
    if isinstance(entry, str):
        return in_16.AuthorizationData(id_tag=entry)
    info = IdTagInfo(status=_STATUSES[entry.status], parent_id_tag=entry.group_uid)
    return in_16.AuthorizationData(id_tag=entry.uid, id_tag_info=info)


def _entry_201(entry: Entry) -> in_201.AuthorizationData:
    if isinstance(entry, str):
        return in_201.AuthorizationData(id_token=shown(entry))
    group = named_by_us(entry.group_uid)
    info = IdTokenInfo(status=_STATUSES[entry.status], group_id_token=group)
    return in_201.AuthorizationData(id_token=shown(entry.uid), id_token_info=info)


def said(spoken: Version, update: ListUpdate) -> Message:
    """The message to a station, in the words of a version."""
    update_type: Literal["Full", "Differential"] = "Full" if update.is_full else "Differential"
    if spoken is OCPP_1_6:
        return in_16.SendLocalList(
            list_version=update.version,
            update_type=update_type,
            local_authorization_list=[_entry_16(entry) for entry in update.entries],
        )
    return in_201.SendLocalList(
        version_number=update.version,
        update_type=update_type,
        # The standard has no empty list; none with a full update empties the station's.
        local_authorization_list=[_entry_201(entry) for entry in update.entries] or None,
    )
