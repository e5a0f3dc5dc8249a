import pytest

from proofs import assembly
from proofs.assembly import Stage
from stacks.synthesis import Synthesis


@pytest.fixture(scope="session")
def stages(syntheses: dict[str, Synthesis]) -> dict[str, Stage]:
    """The real assembly, stage by stage, as it was synthesised for all tests of the stacks."""
    return {name: assembly.read(one.assembly) for name, one in sorted(syntheses.items())}


@pytest.fixture(scope="session")
def environments(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Those that are to be alike: all but the organisation."""
    return {name: stage for name, stage in stages.items() if name != "organization"}
