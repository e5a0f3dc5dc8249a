from concurrent.futures import Future

import pytest

from proofs import assembly
from proofs.assembly import Stage
from stacks.synthesis import Synthesis


@pytest.fixture(scope="session")
def stages(syntheses: dict[str, Future[Synthesis]]) -> dict[str, Stage]:
    """The real assembly, stage by stage, as it was synthesised for all tests of the stacks."""
    read = {}
    for name, future in sorted(syntheses.items()):
        synthesis = future.result()
        assert synthesis.failure is None, synthesis.failure
        read[name] = assembly.read(synthesis.assembly)
    return read


@pytest.fixture(scope="session")
def environments(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Those that are to be alike: all but the organisation."""
    return {name: stage for name, stage in stages.items() if name != "organization"}
