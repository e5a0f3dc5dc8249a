from concurrent.futures import Future

import pytest

from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly


@pytest.fixture(scope="session")
def organization(syntheses: dict[str, Future[Synthesis]]) -> Assembly:
    """The organisation of environments.toml through the gate, once in a session."""
    synthesis = syntheses["organization"].result()
    assert synthesis.failure is None, synthesis.failure
    return Assembly("organization", synthesis.assembly)
