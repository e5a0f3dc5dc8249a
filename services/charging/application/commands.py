"""Commands to stations, whichever node holds their sockets.

A command is a row that all nodes see. The node that is asked opens it and waits; the node with the
station's socket hears of it, claims it, calls the station and closes it with the answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

import msgspec

from services.charging.application.command_request import WrongRequestError, check_request
from services.charging.application.key_rotation import ROTATE_KEY, KeyRotation
from services.charging.application.ports import (
    Clock,
    NoAnswerError,
    NotConnectedError,
    NotStorableError,
    UnavailableError,
)
from services.charging.application.registrations import Registrations
from services.charging.domain.commands import Command, CommandState
from services.charging.domain.ocpp_j.connection import BusyError
from services.charging.domain.ocpp_j.faults import UnreadableError
from services.charging.domain.ocpp_j.frames import CallError, CallResult
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.nul_character import without_nul
from services.charging.domain.ocpp_j.version import Version

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 35.0
"""Seconds that the asking side waits: a station's own 30, and the way there and back."""

Call = Callable[[str, bytes], Awaitable[CallResult | CallError]]
"""Action and payload to one socket; raises `NoAnswerError`, `BusyError`, `NotConnectedError`."""


Learn = Callable[[str, Message, Message, datetime], Awaitable[None]]
"""Station, request, answer and time."""

Traced = Callable[[Command], AbstractContextManager[object]]
"""In which a command is carried out, so that its trace goes on."""


def untraced(_: Command) -> AbstractContextManager[object]:
    """Nobody hears how it goes."""
    return nullcontext()


class CommandBook(Protocol):
    """Where commands are kept, and nodes hear of them."""

    async def open(
        self,
        command_id: UUID,
        station_id: str,
        version: Version,
        action: str,
        request: bytes,
        *,
        hold_seconds: int = 0,
    ) -> Command:
        """Keep a new command and tell the nodes; undelivered when no living node has the station.

        One of this id that is kept already stays as it is. `version`: the one in whose words it is.
        `hold_seconds`: how long it waits for the station all the same.

        Raises `NotStorableError` when the station is not known.
        """

    async def claim(self, station_id: str, epoch: int) -> Sequence[Command]:
        """The pending commands of a station, now sent, in their order.

        Empty when the connection of this epoch is not the station's newest.
        """

    async def close(
        self,
        command_id: UUID,
        version: str,
        state: CommandState,
        *,
        answer: bytes | None,
        reason: str | None,
    ) -> None:
        """Keep how it ended, in which version, and tell the nodes."""

    async def get(self, command_id: UUID) -> Command | None:
        """As it stands."""


class CommandDelivery:
    """The side of the socket."""

    def __init__(
        self,
        book: CommandBook,
        *,
        learn: Learn,
        keys: KeyRotation,
        registrations: Registrations,
        clock: Clock,
        traced: Traced = untraced,
    ) -> None:
        """`learn`: from an answer, before the command is closed."""
        self._book = book
        self._learn = learn
        self._keys = keys
        self._registrations = registrations
        self._clock = clock
        self._traced = traced

    async def deliver(self, station_id: str, epoch: int, version: Version, call: Call) -> None:
        """Carry out what waits for the station, if the connection of this epoch is its newest.

        `version`: the one that this connection speaks.
        """
        try:
            commands = await self._book.claim(station_id, epoch)
            await asyncio.gather(*(self._carry_out(command, version, call) for command in commands))
        except UnavailableError:
            logger.warning("commands are left as they are", extra={"station_id": station_id})

    async def _carry_out(self, command: Command, version: Version, call: Call) -> None:
        with self._traced(command):
            await self._tell(command, version, call)

    async def _tell(self, command: Command, version: Version, call: Call) -> None:
        withheld = self._registrations.withheld(
            command.station_id, command.action, command.request
        ) or _mismatch(command, version)
        if withheld is not None:
            await self._book.close(
                command.id, command.version, CommandState.UNDELIVERED, answer=None, reason=withheld
            )
            return
        state = CommandState.ANSWERED
        answer: bytes | None = None
        reason: str | None = None
        try:
            action, request = await self._said(command, version)
            match await call(action, request):
                case CallResult(_, payload):
                    answer = without_nul(payload)
                    await self._understand(command, version, action, payload)
                case CallError(_, code, description):
                    state, reason = CommandState.REFUSED, f"{code} {description}".rstrip()
        except UnreadableError as error:
            state, reason = CommandState.REFUSED, f"{error.code} in the answer: {error}"
        except (BusyError, NotConnectedError) as error:
            state, reason = CommandState.UNDELIVERED, str(error)
        except NoAnswerError as error:
            state, reason = CommandState.UNANSWERED, str(error)
        await self._book.close(command.id, version.name, state, answer=answer, reason=reason)

    async def _said(self, command: Command, version: Version) -> tuple[str, bytes]:
        """Action and payload for the station."""
        if command.action == ROTATE_KEY:
            return await self._keys.begin(command.station_id, command.id, version)
        return command.action, command.request

    async def _understand(
        self, command: Command, version: Version, action: str, payload: bytes
    ) -> None:
        now = self._clock()
        answer, _ = version.reader.read(version.answers[action], payload)
        if command.action == ROTATE_KEY:
            await self._keys.end(command.station_id, command.id, answer)
            return
        request, _ = version.reader.read(version.requests[command.action], command.request)
        try:
            await self._learn(command.station_id, request, answer, now)
        except (UnavailableError, NotStorableError) as error:
            logger.warning(
                "nothing learnt from an answer",
                extra={"station_id": command.station_id, "reason": str(error)},
            )


def _mismatch(command: Command, version: Version) -> str | None:
    """Why a connection of this version does not deliver it; None when it does."""
    if command.version == version.name or command.action == ROTATE_KEY:
        return None
    try:
        check_request(version, command.action, msgspec.json.decode(command.request))
    except WrongRequestError as error:
        spoken = f"in the words of {command.version}; the station speaks {version.name} now"
        return f"{spoken}: {error}"
    return None


class Commands:
    """The side that asks."""

    def __init__(self, book: CommandBook, *, answer_within: float = ANSWER_WITHIN) -> None:
        self._book = book
        self._answer_within = answer_within
        self._news: dict[UUID, asyncio.Event] = {}

    async def issue(
        self,
        command_id: UUID,
        station_id: str,
        version: Version,
        action: str,
        request: bytes,
        *,
        hold_seconds: int = 0,
    ) -> Command:
        """Open a command and leave it to the nodes, for so long while the station is away."""
        return await self._book.open(
            command_id, station_id, version, action, request, hold_seconds=hold_seconds
        )

    async def tell(
        self,
        station_id: str,
        version: Version,
        message: Message,
        *,
        command_id: UUID | None = None,
        hold_seconds: int = 0,
    ) -> None:
        """The same for a message of the program's own."""
        await self.issue(
            command_id or uuid4(),
            station_id,
            version,
            type(message).__name__,
            msgspec.json.encode(message),
            hold_seconds=hold_seconds,
        )

    async def call(
        self,
        station_id: str,
        version: Version,
        action: str,
        payload: bytes,
        *,
        call_id: UUID | None = None,
    ) -> CallResult | CallError:
        """Open a command and wait for its end; raises `NotConnectedError`, `NoAnswerError`."""
        command_id = call_id or uuid4()
        # Before it is opened: its end may be told before `open` returns.
        news = self._news[command_id] = asyncio.Event()
        try:
            async with asyncio.timeout(self._answer_within):
                command = await self._book.open(command_id, station_id, version, action, payload)
                while not command.is_over:
                    await news.wait()
                    news.clear()
                    command = await self._book.get(command_id) or command
        except TimeoutError as error:
            raise NoAnswerError(f"station {station_id} did not answer") from error
        finally:
            del self._news[command_id]
        return _answer(command)

    def over(self, command_id: UUID) -> None:
        """A command is over, on whatever node."""
        if command_id in self._news:
            self._news[command_id].set()

    def look_again(self) -> None:
        """News may have been missed."""
        for news in self._news.values():
            news.set()


def _answer(command: Command) -> CallResult | CallError:
    reason = command.reason or ""
    match command.state:
        case CommandState.ANSWERED if command.answer is not None:
            return CallResult(str(command.id), command.answer)
        case CommandState.REFUSED:
            code, _, description = reason.partition(" ")
            return CallError(str(command.id), code, description)
        case CommandState.UNDELIVERED:
            raise NotConnectedError(reason)
        case _:
            raise NoAnswerError(reason)
