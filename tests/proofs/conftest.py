from concurrent.futures import Future

import pytest

from proofs import assembly
from proofs.assembly import Stage
from stacks.synthesis import Synthesis

ENVIRONMENTS = ("dev", "live", "playground", "qa")


@pytest.fixture(scope="session")
def environments(syntheses: dict[str, Future[Synthesis]]) -> dict[str, Stage]:
    """The real assembly, stage by stage, as it was synthesised for all tests of the stacks."""
    stages = {}
    for name in ENVIRONMENTS:
        synthesis = syntheses[name].result()
        assert synthesis.failure is None, synthesis.failure
        stages[name] = assembly.read(synthesis.assembly)
    return stages
