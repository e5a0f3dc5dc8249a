"""Fixtures of the charging program."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.charging.aws import Aws
from tests.charging.aws import running as running_aws
from tests.charging.program import ChargingProgram, charging_program
from tests.postgres import Database


@pytest.fixture
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture
async def program(database: Database, aws: Aws, tmp_path: Path) -> AsyncIterator[ChargingProgram]:
    """Started, healthy, signed in."""
    with charging_program(database, aws, tmp_path) as program:
        program.start()
        await program.healthy()
        program.sign_in()
        yield program
