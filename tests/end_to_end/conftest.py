"""Playground, deployed once for all end-to-end tests by the real CLI to a machine of their own."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.routes import BILLING_API, CHARGING_API
from demo.deployment import Deployment
from demo.environment import bring_up, wait_until_served
from demo.progress import Progress
from demo.rest import RestApi
from embedded.machine import Machine
from stacks import environments

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Playground:
    """The deployed environment, its machine, and an operator's access token."""

    deployment: Deployment
    machine: Machine
    access_token: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    account = environments.read().named()["playground"]
    machine = Machine(
        tmp_path_factory.mktemp("machine"),
        account_id=account.account,
        region=account.region,
        control_plane_port=_free_port(),
        front_door_port=_free_port(),
        venv=ROOT / ".embedded" / "venv",
    )
    try:
        deployment = bring_up("playground", machine, Progress())
        yield Playground(deployment, machine, deployment.sign_in())
    finally:
        machine.down()


@pytest_asyncio.fixture
async def charging(playground: Playground) -> AsyncIterator[RestApi]:
    front_door = playground.machine.front_door
    async with RestApi(front_door, CHARGING_API, playground.access_token) as api:
        await wait_until_served(api, "/stations")
        yield api


@pytest_asyncio.fixture
async def billing(playground: Playground) -> AsyncIterator[RestApi]:
    front_door = playground.machine.front_door
    async with RestApi(front_door, BILLING_API, playground.access_token) as api:
        await wait_until_served(api, "/contracts")
        yield api
