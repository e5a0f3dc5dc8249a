from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from stacks import environments
from stacks.environments import Environment, Fleet
from stacks.synthesis import Synthesis, synthesise
from tests.stacks.assembly import Assembly

ENVIRONMENTS = ("playground", "dev", "qa", "live")
STAGES = (*ENVIRONMENTS, "organization")


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    return environments.read()


@pytest.fixture(scope="session")
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Synthesis]]]:
    """Every stage through the gate, once in a session; tests wait for their own."""
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    with ThreadPoolExecutor(2) as processes:
        yield {name: processes.submit(synthesise, name, into=folder) for name in STAGES}
        processes.shutdown(cancel_futures=True)


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def assembly(request: pytest.FixtureRequest, syntheses: dict[str, Future[Synthesis]]) -> Assembly:
    synthesis = syntheses[request.param].result()
    assert synthesis.failure is None, synthesis.failure
    return Assembly(synthesis.environment, synthesis.assembly)


@pytest.fixture
def environment(assembly: Assembly, fleet: Fleet) -> Environment:
    """What environments.toml says of the assembly."""
    return fleet.named()[assembly.environment]
