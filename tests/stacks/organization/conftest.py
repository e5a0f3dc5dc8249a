from collections.abc import Mapping

import pytest

from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly, Template


@pytest.fixture(scope="session")
def organization(syntheses: dict[str, Synthesis]) -> Assembly:
    """The organisation of environments.toml through the gate, once in a session."""
    return Assembly("organization", syntheses["organization"].assembly)


@pytest.fixture(scope="session")
def policies(organization: Assembly) -> Mapping[str, Template]:
    """The properties of the organisation's policies, by name."""
    found = organization["guardrails"].of_type("AWS::Organizations::Policy").values()
    return {
        body["Properties"]["Name"].removeprefix("fleetcharge-"): body["Properties"]
        for body in found
    }
