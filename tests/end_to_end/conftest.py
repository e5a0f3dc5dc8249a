"""Playground, deployed once for all end-to-end tests by the real CLI to a machine of their own."""

import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from contracts.routes import BILLING_API, CHARGING_API
from demo.deployment import Deployment
from demo.environment import bring_up, wait_until_served
from demo.progress import Progress
from demo.rest import RestApi
from embedded import cdk
from embedded.machine import Machine
from stacks import environments
from tests.end_to_end.whole_fleet import WholeFleet

SERVICES = ("charging", "billing", "telemetry")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Playground:
    """The deployed environment, its machine, and an operator's access token."""

    deployment: Deployment
    machine: Machine
    access_token: str


@dataclass
class Stacks:
    """The deployed environment's stacks, one by one, from an assembly that can be changed."""

    playground: Playground
    assembly: WholeFleet

    @property
    def common(self) -> list[str]:
        names = (stack.path.partition("/")[2] for stack in self.assembly.stacks())
        return [name for name in names if name not in SERVICES]

    def deploy(self, *stacks: str) -> None:
        self._run(cdk.deploy, stacks)

    def update(self, stack: str) -> None:
        """One that stands, by CloudFormation itself, whose template names nothing to publish."""
        [chosen] = [one for one in self.assembly.stacks() if one.path == f"playground/{stack}"]
        api = self.playground.deployment.client("cloudformation", chosen.region)
        api.update_stack(
            StackName=chosen.name,
            TemplateBody=json.dumps(json.loads(chosen.template.read_text())),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        api.get_waiter("stack_update_complete").wait(
            StackName=chosen.name, WaiterConfig={"Delay": 1}
        )

    def destroy(self, stack: str) -> None:
        self._run(cdk.destroy, [stack])

    def standing(self) -> dict[str, str]:
        return self.playground.deployment.stacks()

    def tasks(self) -> set[str]:
        """The tasks that run for the services, by their ARN."""
        ecs = self.playground.deployment.client("ecs")
        arns: list[str] = ecs.list_tasks(cluster="fleetcharge-playground")["taskArns"]
        return set(arns)

    def _run(self, command: Any, stacks: Any) -> None:
        machine = self.playground.machine
        aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
        chosen = [f"playground/{stack}" for stack in stacks]
        options = [f"--app={self.assembly.folder}", "--exclusively"]
        command(aws, [*options, *chosen], output=lambda _: None)


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
        keeps_hours=False,
        venv=ROOT / ".embedded" / "venv",
    )
    try:
        deployment = bring_up("playground", machine, Progress())
        yield Playground(deployment, machine, deployment.sign_in())
    finally:
        machine.down()


@pytest.fixture(scope="session")
def stacks(playground: Playground, tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    deployed = playground.machine.folder / "cdk.out"
    folder = tmp_path_factory.mktemp("apart")
    return Stacks(playground, WholeFleet(folder, {"playground": deployed}))


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
