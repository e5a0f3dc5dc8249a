"""The life of the program: start, serve, and leave politely."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

import uvicorn
from fastapi import FastAPI

from services.charging.application.ports import UnavailableError
from services.charging.entrypoints.background import Background, go_on
from services.charging.entrypoints.departure import Task, task_ending
from services.charging.entrypoints.gateway import Gateway

logger = logging.getLogger(__name__)

NODE_SEEN_EVERY = 10.0
"""Seconds between a node's signs of life."""
FINISH_WITHIN = 5.0
"""Seconds for the background to end on the way out; the next node sends what the outbox holds."""


class Pool(Protocol):
    """Connections to where everything is kept."""

    async def open(self) -> None:
        """Start connecting; returns at once."""

    async def close(self) -> None:
        """Close every connection."""


class Database(Pool, Protocol):
    """Where everything is kept."""

    async def migrate(self) -> None:
        """Bring the schema up to date; raises `UnavailableError`."""


class Node(Protocol):
    """This program among the others that hold sockets."""

    async def seen(self) -> None:
        """It is alive."""

    async def leave(self) -> None:
        """It holds no sockets any more."""


class Commands(Protocol):
    """Commands under way, on whatever node."""

    async def give_up_overdue(self) -> None:
        """End those that no node answers for any more."""


class Notices(Protocol):
    """What other nodes tell."""

    async def run(self) -> None:
        """Until cancelled."""


class _Api(uvicorn.Server):
    """A server that leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Program:
    """Gateway, REST API and what goes on beside them, on one event loop."""

    def __init__(
        self,
        *,
        database: Database,
        questions: Pool,
        connections: Node,
        commands: Commands,
        notices: Notices,
        background: Sequence[Background],
        gateway: Gateway,
        api: FastAPI,
        task: Task | None,
        address: str,
        gateway_port: int,
        api_port: int,
        drain_seconds: float,
    ) -> None:
        """`questions`: of people, beside whom the calls of stations are not to wait.

        `task`: what runs it, if anybody can say when that ends.
        `drain_seconds`: over which the sockets of many stations are closed."""
        self._database = database
        self._questions = questions
        self._node = connections
        self._commands = commands
        self._notices = notices
        self._background = background
        self._gateway = gateway
        self._task = task
        self._address = address
        self._gateway_port = gateway_port
        self._drain_seconds = drain_seconds
        self._api = _Api(
            uvicorn.Config(
                api,
                host=address,
                port=api_port,
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )

    async def run(self, *, until: asyncio.Event) -> None:
        """Serve until the event, then leave, losing nothing: 20 seconds after the last socket.

        Stations are sent on as soon as the task is to end, which may be long before the event.
        """
        await self._database.open()
        await self._questions.open()
        api = asyncio.create_task(self._api.serve())
        start = asyncio.create_task(self._migrate())
        stop = asyncio.create_task(until.wait())
        # The API serves at once: its health says why stations cannot connect yet.
        await asyncio.wait({api, start, stop}, return_when=asyncio.FIRST_COMPLETED)
        if start.done() and not stop.done() and not api.done():
            await self._serve_stations(api, stop)
        start.cancel()
        stop.cancel()
        self._api.should_exit = True
        await api
        await self._questions.close()
        await self._database.close()

    async def _serve_stations(self, api: asyncio.Task[None], stop: asyncio.Task[bool]) -> None:
        server = await self._gateway.serve(self._address, self._gateway_port)
        finish = asyncio.Event()
        background = [
            asyncio.create_task(go_on(work.run, finish=finish)) for work in self._background
        ]
        signs_of_life = asyncio.create_task(go_on(self._show_signs_of_life, finish=finish))
        notices = asyncio.create_task(go_on(self._notices.run, finish=finish))
        told = functools.partial(task_ending, self._task)
        task = asyncio.create_task(go_on(told, finish=finish))
        logger.info("serving stations", extra={"port": self._gateway_port})
        ends = {api, stop, *background, signs_of_life, notices}
        await asyncio.wait({task, *ends}, return_when=asyncio.FIRST_COMPLETED)
        logger.info("leaving", extra={"signalled": stop.done()})
        server.close(close_connections=False)  # No new ones.
        await self._gateway.leave(self._drain_seconds)
        await server.wait_closed()
        # Whoever asks the API is served for as long as the load balancer does not know better.
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        signs_of_life.cancel()
        notices.cancel()
        with contextlib.suppress(UnavailableError):
            await self._node.leave()
        finish.set()
        for work in self._background:
            work.finish()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*background), FINISH_WITHIN)
        with contextlib.suppress(asyncio.CancelledError):
            await signs_of_life
        with contextlib.suppress(asyncio.CancelledError):
            await notices

    async def _migrate(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._database.migrate()
                await self._node.seen()
            except UnavailableError as error:
                logger.warning("waiting for the database", extra={"reason": str(error)})
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                return

    async def _show_signs_of_life(self) -> None:
        while True:
            await asyncio.sleep(NODE_SEEN_EVERY)
            with contextlib.suppress(UnavailableError):
                await self._node.seen()
                await self._commands.give_up_overdue()
