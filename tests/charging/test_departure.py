"""A node whose task is to end sends its stations on, before it hears SIGTERM."""

import asyncio
import http.server
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any, cast

import boto3
import httpx
import pytest
import pytest_asyncio
from botocore.stub import Stubber
from fastapi import FastAPI
from websockets.exceptions import InvalidStatus

from contracts.routes import HEALTH
from services.charging.adapters.ecs_task import EcsTask, own_task
from services.charging.adapters.system_clock import utc_now
from services.charging.application.central_system import CentralSystem
from services.charging.application.commands import CommandDelivery
from services.charging.application.conversation import Conversation
from services.charging.application.ports import UnavailableError
from services.charging.application.registrations import Registrations
from services.charging.entrypoints import program as program_module
from services.charging.entrypoints.departure import task_ending
from services.charging.entrypoints.gateway import Gateway
from services.charging.entrypoints.program import Program
from services.charging.entrypoints.rest.health import health_router
from simulator.connection import Connection
from tests import aws_actions
from tests.charging.program import KEY, free_port
from tests.charging.test_gateway import Commands, Everybody, Yes

ARN = "arn:aws:ecs:eu-central-1:111122223333:task/fleet/0123456789abcdef0123456789abcdef"


class Task:
    """Ends when a test says so; an error comes once."""

    def __init__(self, *answers: bool | UnavailableError) -> None:
        self._answers = list(answers)
        self.asked = 0
        self.ending = False

    async def is_ending(self) -> bool:
        self.asked += 1
        answer = self._answers.pop(0) if self._answers else self.ending
        if isinstance(answer, UnavailableError):
            raise answer
        return answer


class Anything:
    """A database, a node, notices: they do nothing, and never end by themselves."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    def __getattr__(self, _name: str) -> Any:
        async def nothing() -> None:
            pass

        return nothing


class Running:
    """The program with nothing behind it, and when it is told to end."""

    def __init__(self, task: Task) -> None:
        self.stop = asyncio.Event()
        gateway_port, api_port = free_port(), free_port()
        self.gateway = Gateway(
            central_systems=[cast(CentralSystem, Yes())],
            connections=Everybody(),
            commands=cast(CommandDelivery, Commands()),
            conversation=lambda name: Conversation(name, lambda _: None, utc_now),
            keys=cast(Any, None),
            issued=cast(Any, None),
            registrations=Registrations(),
        )

        async def check() -> None:
            self.gateway.check_serving()

        api = FastAPI()
        api.include_router(health_router(check))
        nothing: Any = Anything()
        program = Program(
            database=nothing,
            questions=nothing,
            connections=nothing,
            commands=nothing,
            notices=nothing,
            background=[],
            gateway=self.gateway,
            api=api,
            task=task,
            address="127.0.0.1",
            gateway_port=gateway_port,
            api_port=api_port,
            drain_seconds=0,
        )
        self.ended = asyncio.create_task(program.run(until=self.stop))
        self.stations = f"ws://127.0.0.1:{gateway_port}/ocpp"
        self._health = f"http://127.0.0.1:{api_port}{HEALTH}"

    async def health(self) -> httpx.Response | None:
        """None: nobody answers."""
        async with httpx.AsyncClient() as client:
            try:
                return await client.get(self._health)
            except httpx.TransportError:
                return None

    async def becomes(self, status: int) -> httpx.Response:
        while (answer := await self.health()) is None or answer.status_code != status:
            await asyncio.sleep(0.01)
        return answer


@pytest_asyncio.fixture
async def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    async def soon(task: Task) -> None:
        await task_ending(task, every=0.01)

    monkeypatch.setattr(program_module, "task_ending", soon)
    return Task()


async def test_stations_are_sent_on_while_the_api_serves_until_the_program_is_told(
    task: Task,
) -> None:
    running = Running(task)
    await running.becomes(200)
    station = await Connection.open(running.stations, "CP1", KEY)
    await station.call("Heartbeat", {})
    task.ending = True
    assert await station.closed() == 1001
    answer = await running.becomes(503)
    assert "leaves" in answer.json()["detail"]
    with pytest.raises((OSError, InvalidStatus)):
        await Connection.open(running.stations, "CP1", KEY)
    assert not running.ended.done()
    running.stop.set()
    await asyncio.wait_for(running.ended, 10)
    assert await running.health() is None


async def test_who_is_told_at_once_ends_whatever_is_said_of_its_task(task: Task) -> None:
    running = Running(task)
    await running.becomes(200)
    station = await Connection.open(running.stations, "CP1", KEY)
    await station.call("Heartbeat", {})
    running.stop.set()
    assert await station.closed() == 1001
    await asyncio.wait_for(running.ended, 10)


async def test_while_nobody_can_tell_it_is_asked_again_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = UnavailableError("ECS does not answer")
    task = Task(False, away, away, False, away, True)
    with caplog.at_level(logging.WARNING):
        await asyncio.wait_for(task_ending(task, every=0), 5)
    assert task.asked == 6
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


async def test_where_there_is_no_task_nothing_ends() -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(task_ending(None), 0.01)


async def test_ecs_says_what_it_means_to_do_with_the_task() -> None:
    ecs = boto3.client("ecs", region_name="eu-central-1")
    asked = {"cluster": "fleet", "tasks": [ARN]}
    task = EcsTask(ecs, "fleet", ARN)
    with Stubber(ecs) as stub:
        for desired, last in (("RUNNING", "RUNNING"), ("STOPPED", "DEACTIVATING")):
            answer = {"tasks": [{"desiredStatus": desired, "lastStatus": last}]}
            stub.add_response("describe_tasks", answer, asked)
        assert [await task.is_ending(), await task.is_ending()] == [False, True]
        stub.add_response("describe_tasks", {"tasks": [], "failures": []}, asked)
        assert not await task.is_ending(), "what is not known is not to be left"
        stub.add_client_error("describe_tasks", "AccessDeniedException", "not yours")
        with pytest.raises(UnavailableError, match="not yours"):
            await task.is_ending()
    # A stub answers before anybody else hears of the call.
    aws_actions.record("services/charging", "ecs:DescribeTasks")


@pytest.fixture
def metadata() -> Iterator[str]:
    """The task metadata endpoint's address."""

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {"Cluster": "fleet", "TaskARN": ARN, "Family": "charging", "KnownStatus": "NONE"}
            self.send_response(200 if self.path == "/v4/container/task" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v4/container"
        server.shutdown()


def test_the_task_is_the_one_that_the_metadata_endpoint_names(
    metadata: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    task = own_task({"ECS_CONTAINER_METADATA_URI_V4": metadata})
    assert task is not None
    assert (task.cluster, task.arn) == ("fleet", ARN)
    assert own_task({}) is None
