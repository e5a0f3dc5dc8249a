from concurrent.futures import Future

import pytest

from stacks import environments
from stacks.environments import Environment, Fleet
from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly

ENVIRONMENTS = ("playground", "dev", "qa", "live")


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    return environments.read()


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def assembly(request: pytest.FixtureRequest, syntheses: dict[str, Future[Synthesis]]) -> Assembly:
    synthesis = syntheses[request.param].result()
    assert synthesis.failure is None, synthesis.failure
    return Assembly(synthesis.environment, synthesis.assembly)


@pytest.fixture
def environment(assembly: Assembly, fleet: Fleet) -> Environment:
    """What environments.toml says of the assembly."""
    return fleet.named()[assembly.environment]
