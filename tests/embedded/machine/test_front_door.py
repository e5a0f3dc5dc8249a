"""The front door before a program of the test, without a machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import websockets

from embedded.front_door.connection import listen
from embedded.front_door.deployment import (
    Deployment,
    HealthCheck,
    Target,
    TargetGroup,
)
from embedded.front_door.upstream import Site
from tests.embedded.machine.conftest import CHECK, GROUP, MEBIBYTE

PLAIN_ONLY = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


@pytest.fixture
async def front_door(site: Site) -> AsyncIterator[str]:
    door = listen(site, 0, PLAIN_ONLY)
    yield f"localhost:{door.port}"
    await door.close()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_request_carries_whose_it_is(
    front_door: str, client: aiohttp.ClientSession
) -> None:
    own = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "gopher", "X-Own": "kept"}
    async with client.get(f"http://{front_door}/a%20b?c=d", headers=own) as response:
        told = await response.json()
    assert told["path"] == "/a%20b?c=d"
    headers = {name.lower(): value for name, value in told["headers"].items()}
    assert headers["host"] == "localhost"
    assert headers["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-port"] == "443"
    assert headers["x-own"] == "kept"


async def test_bodies_stream_both_ways_over_one_connection(
    front_door: str, client: aiohttp.ClientSession
) -> None:
    for size in (0, 1, 10 * MEBIBYTE):
        body = b"x" * size
        async with client.post(f"http://{front_door}/", data=body) as response:
            assert await response.read() == body

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(100):
            yield b"%d" % number

    async with client.post(f"http://{front_door}/", data=chunks()) as response:
        assert await response.read() == b"".join([b"%d" % number for number in range(100)])


async def test_a_head_request_has_no_body(front_door: str, client: aiohttp.ClientSession) -> None:
    async with client.head(f"http://{front_door}/") as response:
        assert response.status == 200
        assert await response.read() == b""


async def test_what_is_not_http_is_a_bad_request(front_door: str) -> None:
    host, port = front_door.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x00\x03\x01 hello\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_websockets_go_through_whole(front_door: str) -> None:
    uri = f"ws://{front_door}/socket"
    limit = 8 * MEBIBYTE
    async with websockets.connect(uri, subprotocols=["ocpp1.6"], max_size=limit) as socket:  # type: ignore[list-item] # a NewType of str
        assert socket.subprotocol == "ocpp1.6"
        for message in (b"", b"hello", b"y" * (4 * MEBIBYTE)):
            await socket.send(message)
            assert await socket.recv() == message
    assert socket.close_code == 1000


async def test_hundreds_of_websockets_at_once(front_door: str) -> None:
    uri = f"ws://{front_door}/socket"

    async def talk(number: int) -> None:
        async with websockets.connect(uri) as socket:
            await socket.send(b"%d" % number)
            assert await socket.recv() == b"%d" % number

    await asyncio.gather(*(talk(number) for number in range(200)))


async def test_half_a_close_leaves_the_other_direction_open(site: Site) -> None:
    """A program that answers only after its client has finished sending."""

    async def last_word(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        heard = await reader.read()
        writer.write(b"heard " + heard)
        writer.close()

    server = await asyncio.start_server(last_word, "127.0.0.1", 0)
    program = Target("127.0.0.1", server.sockets[0].getsockname()[1])
    check = HealthCheck("TCP", "", None, "", 5, 2, 2, 2)
    groups = {GROUP: TargetGroup(GROUP, check, (program,))}
    site.deployment = Deployment((), site.deployment.load_balancers, groups)
    await site.check_health()
    door = listen(site, 0, PLAIN_ONLY)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbytes"
    )
    writer.write_eof()
    assert await reader.read() == b"heard bytes"
    writer.close()
    await door.close()
    server.close()


async def test_without_a_healthy_target_the_service_is_unavailable(
    site: Site, front_door: str, client: aiohttp.ClientSession
) -> None:
    sick = TargetGroup(GROUP, CHECK, (Target("127.0.0.1", 1),))
    site.deployment = Deployment((), site.deployment.load_balancers, {GROUP: sick})
    await site.check_health()
    async with client.get(f"http://{front_door}/") as response:
        assert response.status == 503
        assert "No healthy target in echo: 1 registered" in await response.text()
    async with client.get(f"http://{front_door}/", headers={"Upgrade": "websocket"}) as response:
        assert response.status == 503


async def test_with_nothing_deployed_the_answer_says_so(
    site: Site, front_door: str, client: aiohttp.ClientSession
) -> None:
    site.deployment = Deployment()
    async with client.get(f"http://{front_door}/") as response:
        assert response.status == 404
        assert "is deployed" in await response.text()


async def test_a_target_that_was_taken_away_keeps_its_clients_until_it_is_gone(
    site: Site, program: Target, front_door: str, client: aiohttp.ClientSession
) -> None:
    async with websockets.connect(f"ws://{front_door}/socket") as socket:
        await socket.send(b"hello")
        assert await socket.recv() == b"hello"
        draining = TargetGroup(GROUP, CHECK, (), (program,))
        site.take(replace(site.deployment, target_groups={GROUP: draining}))
        async with client.get(f"http://{front_door}/") as response:
            assert response.status == 503
        await socket.send(b"hello")
        assert await socket.recv() == b"hello"
        site.take(replace(site.deployment, target_groups={GROUP: TargetGroup(GROUP, CHECK, ())}))
        with pytest.raises(websockets.ConnectionClosedError):
            await socket.recv()
