"""Live on a machine of its own, as far as stations with certificates need it.

Other than in an account, load balancers have this machine's address, so charging is told so; and
the operator who prepares the stations has no second factor.
"""

import asyncio
import base64
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from contracts.routes import CHARGING_API
from demo.deployment import Deployment
from demo.rest import RestApi
from embedded import cdk
from embedded.machine import Machine
from stacks import environments
from stacks.environments import ORGANIZATION, Domain, Environment
from stacks.synthesis import synthesise
from tests.charging.authority import COMPANY, authority, name
from tests.embedded.machine.cloud import VENV, free_port
from tests.end_to_end.conftest import ROOT, Playground
from tests.end_to_end.whole_fleet import Json, WholeFleet

NETWORKS = "CLIENT_VERIFYING_NETWORKS"
Authority = tuple[str, str]
"""Certificate and key in PEM."""


@dataclass
class Live:
    """Live on a machine of its own, as far as stations need it."""

    environment: Playground
    authority: Authority
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> RestApi:
        environment = self.environment
        return RestApi(environment.machine.front_door, CHARGING_API, environment.access_token)

    @asynccontextmanager
    async def with_key(self, station: str, **headers: str) -> AsyncIterator["Station"]:
        """The public name, where TLS is CloudFront's."""
        credentials = base64.b64encode(f"{station}:{self.keys[station]}".encode()).decode()
        async with self._connected(
            f"{self.environment.machine.front_door.replace('http', 'ws', 1)}/ocpp/{station}",
            station,
            {"Authorization": f"Basic {credentials}", **headers},
        ) as connected:
            yield connected

    @asynccontextmanager
    async def with_certificate(
        self, station: str, file: Path | None, **headers: str
    ) -> AsyncIterator["Station"]:
        """The stations' own entrance: host and port of Live, on this machine's front door."""
        machine = self.environment.machine
        context = ssl.create_default_context(cafile=str(machine.front_door_authority))
        if file:
            context.load_cert_chain(file)
        port = int(machine.front_door.rpartition(":")[2])
        _, domain = _settings()
        async with self._connected(
            f"wss://stations.{domain.name}:{port}/ocpp/{station}",
            station,
            headers,
            host="127.0.0.1",
            ssl=context,
        ) as connected:
            yield connected

    @asynccontextmanager
    async def _connected(
        self, url: str, station: str, headers: dict[str, str], **how: Any
    ) -> AsyncIterator["Station"]:
        async with connect(
            url, subprotocols=[Subprotocol("ocpp1.6")], additional_headers=headers, **how
        ) as socket:
            client = Station(station, socket)
            listening = asyncio.create_task(client.start())
            try:
                yield client
            finally:
                listening.cancel()


class Station(ChargePoint):  # type: ignore[misc]  # the package tells no types
    """The ``ocpp`` package's client, which takes certificates."""

    def __init__(self, station: str, socket: Any) -> None:
        super().__init__(station, socket)
        self.chains: asyncio.Queue[str] = asyncio.Queue()

    @on("CertificateSigned")  # type: ignore[untyped-decorator]
    def signed(self, certificate_chain: str) -> call_result.CertificateSigned:
        self.chains.put_nowait(certificate_chain)
        return call_result.CertificateSigned("Accepted")

    async def certificate(self, folder: Path) -> Path:
        """Asks for one; file of key and chain."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateSigningRequestBuilder().subject_name(name(self.id, COMPANY))
        csr = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
        answer = await self.call(call.SignCertificate(csr))
        assert answer.status == "Accepted"
        chain = await asyncio.wait_for(self.chains.get(), 60)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        file = folder / f"{secrets.token_hex(4)}.pem"
        file.write_text(private + chain)
        return file


@contextmanager
def deployed(folder: Path) -> Iterator[Live]:
    """From the real stacks, with an authority of the drill's own."""
    settings, _ = _settings()
    machine = Machine(
        folder / "machine",
        account_id=settings.account,
        region=settings.region,
        control_plane_port=free_port(),
        front_door_port=free_port(),
        venv=VENV,
    )
    done = synthesise(("live", ORGANIZATION), into=folder / "cdk.out")
    assert [one.failure for one in done] == [None, None]
    (folder / "app").mkdir()
    assembly = WholeFleet(folder / "app", {one.environment: one.assembly for one in done})
    ours = authority()
    (bundle,) = assembly.folder.glob("asset.*.pem")
    bundle.write_text(ours[0])
    machine.up()
    try:
        aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
        deployment = Deployment("live", aws)
        _give_what_is_made_by_hand(deployment, machine, assembly)
        chosen = ("live/", "organization/dns")
        stacks = [one for one in assembly.stacks() if one.path.startswith(chosen)]
        cdk.bootstrap(aws, sorted({one.place for one in stacks}), output=lambda _: None)
        for stack in ("organization/dns", "live/charging", "live/hosting"):
            cdk.deploy(aws, [f"--app={assembly.folder}", stack], output=lambda _: None)
        yield Live(Playground(deployment, machine, _sign_in(deployment)), ours)
    finally:
        machine.down()


def _give_what_is_made_by_hand(
    deployment: Deployment, machine: Machine, assembly: WholeFleet
) -> None:
    digest = machine.push("fleetcharge/charging", ROOT / "services/charging/Dockerfile", ROOT)
    deployment.client("ssm").put_parameter(
        Name="/fleetcharge/live/charging/image-digest", Value=digest, Type="String"
    )
    assembly.change(_with_variable(NETWORKS, "127.0.0.0/8"), ["live"])


def _with_variable(variable: str, value: str) -> Callable[[Json], Json]:
    def changed(template: Json) -> Json:
        for resource in template["Resources"].values():
            for container in resource.get("Properties", {}).get("ContainerDefinitions", ()):
                for one in container.get("Environment", ()):
                    if one["Name"] == variable:
                        one["Value"] = value
        return template

    return changed


def _sign_in(deployment: Deployment) -> str:
    cognito = deployment.client("cognito-idp")
    pool = deployment.output("auth", "UserPoolId")
    cognito.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OFF")
    client = deployment.output("auth", "OperatorClientId")
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    cognito.update_user_pool_client(UserPoolId=pool, ClientId=client, ExplicitAuthFlows=flows)
    return deployment.sign_in()


def _settings() -> tuple[Environment, Domain]:
    live = environments.read().named()["live"]
    assert live.domain
    return live, live.domain
