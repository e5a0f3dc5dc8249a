"""Local authorisation lists: a station hears the difference to what it is known to hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID, uuid4

from services.charging.application.command_request import WrongRequestError
from services.charging.application.commands import Commands, Learn
from services.charging.application.configuration import spoken_by
from services.charging.application.preconditions import ChangedMeanwhileError, Precondition
from services.charging.application.remote_control import LONGEST_ID_TAG
from services.charging.application.scope import Scope
from services.charging.application.station_views import StationView
from services.charging.domain.local_lists import Listed, ListUpdate, LocalList
from services.charging.domain.ocpp16 import send_local_list as in_16
from services.charging.domain.ocpp16.types import IdTagInfo
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201 import local_list as in_201
from services.charging.domain.ocpp201.id_token import IdTokenInfo, named_by_us, shown
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.tokens import TokenStatus

LOOK_EVERY = 2.0
"""Seconds between looks for tokens that were blocked."""
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


@dataclass(frozen=True, slots=True)
class LocalListView:
    """The list that a station is to hold, and what it said to it."""

    station_id: str
    version: int
    tokens: list[Listed]
    set_at: datetime
    update: str
    """``full`` or ``differential``: how the station was told last."""
    state: ListState
    answer: str | None
    answered_at: datetime | None
    command_id: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class OutdatedList:
    """One that says of a token what holds no longer."""

    company_id: str
    station_id: str
    spoken: Version
    version: int
    tokens: Sequence[Listed]
    """As they stand now."""


class LocalListBook(Protocol):
    """Where lists are kept."""

    async def put(
        self,
        scope: Scope,
        station_id: str,
        tokens: Sequence[Listed],
        command_id: UUID,
        precondition: Precondition,
    ) -> ListUpdate | None:
        """Keep a new version, and what the station is to hear by this command; None: no station.

        Raises `ChangedMeanwhileError`.
        """

    async def answered(
        self, station_id: str, number: int, status: str, *, is_full: bool, retry_id: UUID
    ) -> LocalList | None:
        """Keep what a station said to an update.

        The list that it is to hear whole, by the command `retry_id`, as it refused the difference.
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
        """Keep a station's list and leave its update to the nodes.

        Raises `ChangedMeanwhileError`, and `WrongRequestError` for a token that the station's
        version of OCPP has no room for.
        """
        spoken = spoken_by(station)
        too_long = [one.uid for one in tokens if len(one.uid) > LONGEST_ID_TAG]
        if spoken is OCPP_1_6 and too_long:
            longest = f"an idTag of OCPP 1.6 has {LONGEST_ID_TAG} characters"
            raise WrongRequestError(f"tokens: {longest}: {', '.join(too_long)[:200]}")
        command_id = uuid4()
        update = await self._book.put(scope, station.id, tokens, command_id, precondition)
        if update is not None:
            await self._tell(station.id, spoken, update, command_id, hold_seconds)

    async def tell_of_blocked(self) -> None:
        """Leave a new version to the nodes for each list with a token that was blocked since."""
        for old in await self._book.outdated(TOLD_AT_ONCE):
            command_id, precondition = uuid4(), Precondition(exists=True, version=old.version)
            scope = Scope(old.company_id)
            try:
                update = await self._book.put(
                    scope, old.station_id, old.tokens, command_id, precondition
                )
            except ChangedMeanwhileError:
                continue  # by another node, or a person
            if update is not None:
                await self._tell(old.station_id, old.spoken, update, command_id, HELD_SECONDS)

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """From an answer; a difference that a station refuses is followed by the whole list."""
        match request, answer:
            case in_16.SendLocalList(), in_16.SendLocalListResponse():
                spoken, version = OCPP_1_6, request.list_version
                is_full, status = request.update_type == "Full", str(answer.status)
            case in_201.SendLocalList(), in_201.SendLocalListResponse():
                spoken, version = OCPP_2_0_1, request.version_number
                is_full, status = request.update_type == "Full", str(answer.status)
            case _:
                await self._learn(station_id, request, answer, at)
                return
        retry_id = uuid4()
        whole = await self._book.answered(
            station_id, version, status, is_full=is_full, retry_id=retry_id
        )
        if whole is not None:
            update = ListUpdate(whole.version, is_full=True, tokens=whole.tokens)
            await self._tell(station_id, spoken, update, retry_id, 0)

    async def _tell(
        self,
        station_id: str,
        spoken: Version,
        update: ListUpdate,
        command_id: UUID,
        hold_seconds: int,
    ) -> None:
        message = _message_16(update) if spoken is OCPP_1_6 else _message_201(update)
        await self._commands.tell(
            station_id, spoken, message, command_id=command_id, hold_seconds=hold_seconds
        )


def _message_16(update: ListUpdate) -> Message:
    entries = [
        in_16.AuthorizationData(
            id_tag=one.uid,
            id_tag_info=IdTagInfo(status=_STATUSES[one.status], parent_id_tag=one.group_uid),
        )
        for one in update.tokens
    ]
    entries += [in_16.AuthorizationData(id_tag=uid) for uid in update.gone]
    return in_16.SendLocalList(
        list_version=update.version,
        update_type="Full" if update.is_full else "Differential",
        local_authorization_list=entries,
    )


def _message_201(update: ListUpdate) -> Message:
    entries = [
        in_201.AuthorizationData(
            id_token=shown(one.uid),
            id_token_info=IdTokenInfo(
                status=_STATUSES[one.status],
                group_id_token=named_by_us(one.group_uid),
            ),
        )
        for one in update.tokens
    ]
    entries += [in_201.AuthorizationData(id_token=shown(uid)) for uid in update.gone]
    return in_201.SendLocalList(
        version_number=update.version,
        update_type="Full" if update.is_full else "Differential",
        # The standard has no empty list; none with a full update empties the station's.
        local_authorization_list=entries or None,
    )
