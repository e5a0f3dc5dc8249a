"""A machine, and the front door before a program of the test, without one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from embedded.front_door.deployment import (
    Deployment,
    Forward,
    HealthCheck,
    Listener,
    LoadBalancer,
    Rule,
    Target,
    TargetGroup,
)
from embedded.front_door.health import HealthChecks
from embedded.front_door.upstream import Site
from tests.embedded.machine.cloud import Cloud, new_machine

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/echo/1"
CHECK = HealthCheck("HTTP", "/health", None, "200", 5, 2, 2, 2)
MEBIBYTE = 1024 * 1024


async def _post(request: web.Request) -> web.StreamResponse:
    """The body back, in chunks."""
    response = web.StreamResponse()
    await response.prepare(request)
    async for chunk in request.content.iter_any():
        await response.write(chunk)
    return response


async def _get(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path_qs, "headers": dict(request.headers)})


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=["ocpp1.6"], max_msg_size=8 * MEBIBYTE)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_bytes(message.data)
    return socket


@pytest.fixture
async def program() -> AsyncIterator[Target]:
    application = web.Application(client_max_size=64 * MEBIBYTE)
    application.router.add_get("/socket", _socket)
    application.router.add_get("/{path:.*}", _get)
    application.router.add_post("/{path:.*}", _post)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Target("127.0.0.1", runner.addresses[0][1])
    await runner.cleanup()


@pytest.fixture
async def site(program: Target, tmp_path: Path) -> Site:
    health = HealthChecks(tmp_path / "health.json")
    site = Site(health, control_plane_port=1, look_again=lambda: None)
    rule = Rule((), Forward(((GROUP, 1),)))
    site.deployment = Deployment(
        load_balancers=(LoadBalancer("lb", True, (Listener(443, "HTTPS", (rule,)),)),),
        target_groups={GROUP: TargetGroup(GROUP, CHECK, (program,))},
    )
    await site.check_health()
    return site


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A machine that the tests share; none of them may break it."""
    machine = new_machine(tmp_path_factory.mktemp("machine"))
    machine.up()
    yield Cloud(machine)
    machine.down()
