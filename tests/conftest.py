"""Fixtures that several areas share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.synthesis import Synthesis, synthesise
from tests import aws_actions
from tests.postgres import Database, Server

aws_actions.listen()

STAGES = ("playground", "dev", "qa", "live", "organization")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-actions",
        action="store_true",
        help="write down which actions on AWS each program takes, instead of comparing",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What judges the whole session comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


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
