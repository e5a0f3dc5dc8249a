import pytest

from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly


@pytest.fixture(scope="session")
def organization(syntheses: dict[str, Synthesis]) -> Assembly:
    """The organisation of environments.toml through the gate, once in a session."""
    return Assembly("organization", syntheses["organization"].assembly)
