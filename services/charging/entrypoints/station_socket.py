"""One station's socket: carries frames between a WebSocket and the protocol's state."""

import asyncio
import itertools
import logging
import time
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from opentelemetry.trace import Span, StatusCode
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from contracts.tracing.spans import Tracing
from services.charging.application.central_system import CallRefusedError, CentralSystem
from services.charging.application.commands import CommandDelivery
from services.charging.application.conversation import Conversation, Direction
from services.charging.application.ports import NoAnswerError, NotConnectedError
from services.charging.domain.ocpp_j.connection import (
    CallAnswered,
    CallReceived,
    Connection,
    FrameQuarantined,
)
from services.charging.domain.ocpp_j.frames import Call, CallError, CallResult, ErrorCode
from services.charging.entrypoints.traces import heard

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 30.0
"""Seconds that a station has to answer a call."""
WAITING_CALLS = 32
"""A bound to what a station may pipeline, and to what may wait for it."""
WAITING_BYTES = 2 * 1024 * 1024
"""Of what a station pipelines."""
TOO_BIG = 1009
"""Close code (RFC 6455, section 7.4.1)."""


class StationSocket:
    """The shell around `Connection`: no rule of the protocol is decided here."""

    def __init__(
        self,
        station_id: str,
        epoch: int,
        websocket: ServerConnection,
        central_system: CentralSystem,
        commands: CommandDelivery,
        conversation: Conversation,
        tracing: Tracing,
        company: str,
    ) -> None:
        self.station_id = station_id
        self.epoch = epoch
        self._websocket = websocket
        self._central_system = central_system
        self._commands = commands
        self._conversation = conversation
        self._tracing = tracing
        self._company = company
        self._connection = Connection(
            clock=time.monotonic,
            answer_within=ANSWER_WITHIN,
            waiting_calls=WAITING_CALLS,
            waiting_bytes=WAITING_BYTES,
            # An answer that a station keeps for its next socket must not answer another call there.
            message_ids=(f"{epoch}-{number}" for number in itertools.count(1)),
            framing=central_system.version.framing,
        )
        self._answers: dict[str, asyncio.Future[CallResult | CallError]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._is_leaving = False
        self._is_over = False

    async def run(self) -> None:
        """Serve the station until its socket closes; a call in hand is finished all the same."""
        try:
            async for text in self._websocket:
                frame = self._connection.receive(text)
                self._conversation.said(Direction.IN, frame, text)
                await self._proceed()
        except ConnectionClosed as closed:
            logger.info(
                "socket broke", extra={"station_id": self.station_id, "reason": str(closed)}
            )
            if closed.sent is not None and closed.sent.code == TOO_BIG:
                # The station will say it again: somebody has to see why nothing comes of it.
                reason = f"a message is too large: {closed.sent.reason}"
                await self._central_system.unusable(self.station_id, "", reason)
        finally:
            self._is_over = True
            if self._timer is not None:
                self._timer.cancel()
            for message_id in list(self._answers):
                self._deliver(message_id, None)
            while self._tasks:
                await asyncio.wait(self._tasks)

    async def call(self, action: str, payload: bytes) -> CallResult | CallError:
        """Raises `NoAnswerError`, `BusyError` when too many calls wait, `NotConnectedError`."""
        if self._is_over:
            raise NotConnectedError(f"station {self.station_id} went away")
        message_id = self._connection.call(action, payload)
        answer: asyncio.Future[CallResult | CallError] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        try:
            await self._proceed()
            return await answer
        finally:
            self._answers.pop(message_id, None)

    async def leave(self, within: float, code: int, reason: str) -> None:
        """Take up nothing new, and close when what is in hand is over, or after so many seconds.

        What was not taken up is the next node's: a station repeats what nobody answered.
        """
        self._is_leaving = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        await self._websocket.close(code, reason)

    def deliver_soon(self) -> None:
        """Commands may wait for the station."""
        if self._is_leaving:
            return
        self._spawn(
            self._commands.deliver(
                self.station_id, self.epoch, self._central_system.version, self.call
            )
        )

    def close_soon(self, code: int, reason: str) -> None:
        """Close politely, without waiting for the other side."""
        self._spawn(self._websocket.close(code, reason))

    async def _proceed(self) -> None:
        """Act on what happened, then send what there is to send."""
        for event in self._connection.take_events():
            match event:
                case CallReceived(call):
                    if not self._is_leaving:
                        self._spawn(self._handle(call))
                case CallAnswered(message_id, answer):
                    self._deliver(message_id, answer)
                case FrameQuarantined(reason, received):
                    await self._central_system.unusable(self.station_id, received, reason)
        for frame, text in self._connection.take_frames():
            try:
                await self._websocket.send(text)
            except ConnectionClosed:
                return
            self._conversation.said(Direction.OUT, frame, text)
        self._arm_timer()

    async def _handle(self, call: Call) -> None:
        system, tracing = self._central_system, self._tracing
        with heard(tracing, system, call.action, self.station_id, self._company) as span:
            await self._answer(call, span)
        await self._proceed()

    async def _answer(self, call: Call, span: Span) -> None:
        try:
            payload = await self._central_system.answer(self.station_id, call.action, call.payload)
        except CallRefusedError as refusal:
            self._connection.refuse(refusal.code, str(refusal))
            span.set_attributes({"result": refusal.code, "error.type": refusal.code})
        except Exception:
            logger.exception("a handler failed", extra={"station_id": self.station_id})
            self._connection.refuse(ErrorCode.INTERNAL_ERROR, "an error of the central system")
            span.set_attribute("result", ErrorCode.INTERNAL_ERROR)
            span.set_status(StatusCode.ERROR)
        else:
            self._connection.reply(payload)
            span.set_attribute("result", "answered")

    def _deliver(self, message_id: str, answer: CallResult | CallError | None) -> None:
        waiting = self._answers.get(message_id)
        if waiting is None or waiting.done():
            return
        if answer is None:
            waiting.set_exception(NoAnswerError(f"station {self.station_id} did not answer"))
        else:
            waiting.set_result(answer)

    def _arm_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._connection.deadline
        if deadline is not None and not self._is_over:
            delay = max(0.0, deadline - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._expire)

    def _expire(self) -> None:
        self._connection.expire()
        self._spawn(self._proceed())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        # Begun by whatever came to this socket before it: no part of that one's trace.
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
