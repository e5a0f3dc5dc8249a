import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedError

from contracts.personas import OWN_COMPANY
from contracts.tracing.spans import NO_TRACING
from services.charging.application.central_system import CentralSystem
from services.charging.application.commands import Call, CommandDelivery
from services.charging.application.conversation import Conversation
from services.charging.application.ports import NoAnswerError, NotConnectedError
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.frames import CallResult
from services.charging.domain.ocpp_j.version import Version
from services.charging.entrypoints.station_socket import StationSocket


class Wire:
    """A WebSocket whose other side says nothing, until it goes away."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._received()

    async def _received(self) -> AsyncIterator[str]:
        gone = asyncio.ensure_future(self.gone.wait())
        while True:
            said = asyncio.ensure_future(self.answers.get())
            await asyncio.wait({gone, said}, return_when=asyncio.FIRST_COMPLETED)
            if not said.done():
                said.cancel()
                return
            yield said.result()

    async def send(self, text: str) -> None:
        if self.gone.is_set():
            raise ConnectionClosedError(None, None)
        await self.sent.put(json.loads(text))

    async def close(self, _code: int, _reason: str) -> None:
        self.gone.set()


class Book:
    """One command waits, and it takes a while to find that out."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.found = asyncio.Event()
        self.came_of_it: CallResult | Exception | None = None

    async def deliver(self, _station_id: str, _epoch: int, _version: Version, call: Call) -> None:
        self.asked.set()
        await self.found.wait()
        try:
            answer = await call("ClearCache", b"{}")
            assert isinstance(answer, CallResult)
            self.came_of_it = answer
        except (NoAnswerError, NotConnectedError) as error:
            self.came_of_it = error


class Silent:
    version = OCPP_1_6
    actions = ()

    def said(self, *_: object) -> None:
        """Nobody listens."""

    async def unusable(self, *_: object) -> None:
        """Nobody keeps it."""


class Slow(Silent):
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.kept = asyncio.Event()

    async def answer(self, _station_id: str, action: str, _payload: bytes) -> bytes:
        self.asked.append(action)
        await self.kept.wait()
        return b"{}"


def socket(
    wire: Wire, book: Book, epoch: int = 7, central_system: Silent | None = None
) -> StationSocket:
    return StationSocket(
        "CP1",
        epoch,
        cast(ServerConnection, wire),
        cast(CentralSystem, central_system or Silent()),
        cast(CommandDelivery, book),
        cast(Conversation, Silent()),
        NO_TRACING,
        OWN_COMPANY,
    )


async def test_a_call_after_the_socket_closed_was_never_sent() -> None:
    wire, book = Wire(), Book()
    wire.gone.set()
    station = socket(wire, book)
    station.deliver_soon()
    running = asyncio.create_task(station.run())
    await book.asked.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    book.found.set()
    await asyncio.wait_for(running, 5)
    assert isinstance(book.came_of_it, NotConnectedError)
    assert wire.sent.empty()


async def test_an_answer_for_an_earlier_socket_answers_no_call_of_this_one() -> None:
    earlier, later = Wire(), Wire()
    books = Book(), Book()
    first = socket(earlier, books[0], epoch=1)
    second = socket(later, books[1], epoch=2)
    runs = [asyncio.create_task(station.run()) for station in (first, second)]
    for station, book in zip((first, second), books, strict=True):
        book.found.set()
        station.deliver_soon()
    kept = (await earlier.sent.get())[1]
    asked = (await later.sent.get())[1]
    assert kept != asked
    await later.answers.put(json.dumps([3, kept, {"status": "Rejected"}]))
    await later.answers.put(json.dumps([3, asked, {"status": "Accepted"}]))
    while books[1].came_of_it is None:
        await asyncio.sleep(0)
    for wire in (earlier, later):
        wire.gone.set()
    await asyncio.gather(*runs)
    assert isinstance(books[1].came_of_it, CallResult)
    assert json.loads(books[1].came_of_it.payload) == {"status": "Accepted"}


async def test_whoever_leaves_answers_what_is_in_hand_and_takes_up_no_more() -> None:
    wire, book, central_system = Wire(), Book(), Slow()
    station = socket(wire, book, central_system=central_system)
    running = asyncio.create_task(station.run())
    for number, action in enumerate(("StartTransaction", "MeterValues")):
        await wire.answers.put(json.dumps([2, f"m{number}", action, {}]))
    while not central_system.asked:
        await asyncio.sleep(0)
    leaving = asyncio.create_task(station.leave(5, 1001, "going away"))
    await asyncio.sleep(0)
    station.deliver_soon()
    central_system.kept.set()
    await leaving
    assert wire.sent.get_nowait() == [3, "m0", {}]
    await running
    assert central_system.asked == ["StartTransaction"]
    assert not book.asked.is_set()
