"""Fixtures that several areas share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.synthesis import Synthesis, synthesise
from tests.postgres import Database, Server

pytest_plugins = ["tests.aws_actions", "tests.processes"]

STAGES = ("playground", "dev", "qa", "live", "organization")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with Server.running() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    with postgres.database() as database:
        yield database


@pytest.fixture(scope="session")
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesis]:
    """Every stage through the gate, once in a session."""
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    done = synthesise(STAGES, into=folder)
    assert [one.failure for one in done] == [None] * len(STAGES)
    return {one.environment: one for one in done}
