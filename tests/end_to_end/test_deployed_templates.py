"""What runs is what the templates say."""

from pathlib import Path

import pytest

from demo.environment import cdk_options
from embedded import cdk
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).parents[2]


def test_the_cli_finds_no_difference_after_the_deployment(playground: Playground) -> None:
    machine = playground.machine
    aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
    lines: list[str] = []
    options = cdk_options("playground", machine)
    cdk.diff(aws, [*options, "--fail", "playground/*"], directory=ROOT, output=lines.append)
    assert "Number of stacks with differences: 0" in "\n".join(lines)


def test_every_stack_is_complete_in_both_regions(playground: Playground) -> None:
    stacks = playground.deployment.stacks()
    assert len(stacks) == 19
    # A drill's bad release was taken back.
    whole = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
    assert set(stacks.values()) <= whole
