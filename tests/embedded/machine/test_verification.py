"""A listener in mode ``verify``, without a machine: whom the front door lets in by TLS."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from socket import AF_INET
from urllib.parse import unquote

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from websockets.asyncio.client import connect

from embedded.front_door.authority import Authority
from embedded.front_door.connection import listen
from embedded.front_door.deployment import (
    Clients,
    Condition,
    FixedResponse,
    Forward,
    Listener,
    Rule,
)
from embedded.front_door.upstream import Site
from embedded.front_door.verification import Verification
from tests.embedded.certificates import ClientAuthority
from tests.embedded.machine.conftest import GROUP

HOST = "clients.example"
LEAF = "X-Amzn-Mtls-Clientcert-Leaf"
"""As the guide of Application Load Balancers writes it."""


@dataclass
class Entrance:
    """The front door's port, with a listener that verifies at a name of the load balancer."""

    site: Site
    clients: ClientAuthority
    folder: Path
    port: int = 0

    def let_in(self, *revoked: str) -> None:
        (balancer,) = self.site.deployment.load_balancers
        (public, *_) = balancer.listeners
        forward = Rule((Condition("path-pattern", ("/kept/*", "/socket")),), Forward(((GROUP, 1),)))
        otherwise = Rule((), FixedResponse(404))
        verifies = Clients(self.clients.certificate, revoked)
        self.site.deployment = replace(
            self.site.deployment,
            load_balancers=(
                replace(
                    balancer,
                    listeners=(public, Listener(8443, "HTTPS", (forward, otherwise), verifies)),
                ),
            ),
            names={HOST: balancer.dns_name},
        )

    def tls(self, certificate: Path | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / "authority.pem"))
        if certificate:
            context.load_cert_chain(certificate)
        return context

    async def get(self, certificate: Path | None, host: str = HOST, **headers: str) -> object:
        """What the program was told."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=_Here(), ssl=self.tls(certificate))
        ) as session:
            url = f"https://{host}:{self.port}/kept/it"
            async with session.get(url, headers=headers) as response:
                assert response.status == 200
                return await response.json()


class _Here(AbstractResolver):
    """Every name is this machine's."""

    async def resolve(self, host: str, port: int = 0, family: int = AF_INET) -> list[ResolveResult]:
        there = ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
        )
        return [there]

    async def close(self) -> None: ...


@pytest.fixture
async def entrance(site: Site, tmp_path: Path) -> AsyncIterator[Entrance]:
    made = Entrance(site, ClientAuthority(), tmp_path)
    made.let_in()
    verification = Verification(Authority(tmp_path / "tls"), lambda: site.deployment)
    door = listen(site, 0, verification.tls)
    made.port = door.port
    yield made
    await door.close()


async def test_targets_are_told_whose_certificate_it_was_whatever_the_client_says(
    entrance: Entrance,
) -> None:
    certificate, serial = entrance.clients.issue("station-1", entrance.folder)
    told = await entrance.get(certificate, **{LEAF: "of somebody else"})
    assert isinstance(told, dict)
    headers = {key.lower(): value for key, value in told["headers"].items()}
    assert unquote(headers[LEAF.lower()]) in certificate.read_text()
    assert headers["x-amzn-mtls-clientcert-serial-number"] == f"{serial:X}"
    assert headers["x-amzn-mtls-clientcert-subject"] == "CN=station-1"
    assert headers["x-forwarded-port"] == "8443"


async def test_a_socket_goes_through(entrance: Entrance) -> None:
    certificate, _ = entrance.clients.issue("station-1", entrance.folder)
    async with connect(
        f"wss://{HOST}:{entrance.port}/socket",
        host="127.0.0.1",
        ssl=entrance.tls(certificate),
        max_size=None,
    ) as socket:
        for size in (1, 1024 * 1024):
            await socket.send(b"x" * size)
            assert await socket.recv() == b"x" * size


async def test_who_has_no_certificate_of_its_authorities_gets_nowhere(entrance: Entrance) -> None:
    stranger, _ = ClientAuthority().issue("stranger", entrance.folder)
    ended, _ = entrance.clients.issue("ended", entrance.folder, ends_in=timedelta(days=-1))
    for certificate in (None, stranger, ended):
        with pytest.raises(aiohttp.ClientError):
            await entrance.get(certificate)


async def test_a_revoked_certificate_is_let_in_no_more(entrance: Entrance) -> None:
    taken_back, serial = entrance.clients.issue("station-1", entrance.folder)
    other, _ = entrance.clients.issue("station-2", entrance.folder)
    await entrance.get(taken_back)
    entrance.let_in(entrance.clients.revoked(serial))
    with pytest.raises(aiohttp.ClientError):
        await entrance.get(taken_back)
    await entrance.get(other)


async def test_only_names_of_listeners_that_verify_speak_tls(entrance: Entrance) -> None:
    certificate, _ = entrance.clients.issue("station-1", entrance.folder)
    with pytest.raises(aiohttp.ClientError):
        await entrance.get(certificate, host="elsewhere.example")


async def test_in_plain_the_other_listener_answers(entrance: Entrance) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{entrance.port}/any", headers={"Host": HOST}) as response,
    ):
        told = await response.json()
    headers = {key.lower(): value for key, value in told["headers"].items()}
    assert headers["x-forwarded-port"] == "443"
