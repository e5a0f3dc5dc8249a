import pytest

from stacks import environments
from stacks.environments import ORGANIZATION, Environment, Fleet
from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly

ENVIRONMENTS = ("playground", "dev", "qa", "live")


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    return environments.read()


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def assembly(request: pytest.FixtureRequest, syntheses: dict[str, Synthesis]) -> Assembly:
    return Assembly(request.param, syntheses[request.param].assembly)


@pytest.fixture(scope="session", params=[*ENVIRONMENTS, ORGANIZATION])
def stage(request: pytest.FixtureRequest, syntheses: dict[str, Synthesis]) -> Assembly:
    """An environment, or the organisation around them: for what holds everywhere."""
    return Assembly(request.param, syntheses[request.param].assembly)


@pytest.fixture
def protected(stage: Assembly, fleet: Fleet) -> bool:
    """Whether the stage refuses to be deleted."""
    return stage.environment == ORGANIZATION or fleet.named()[stage.environment].protected


@pytest.fixture
def environment(assembly: Assembly, fleet: Fleet) -> Environment:
    """What environments.toml says of the assembly."""
    return fleet.named()[assembly.environment]
