"""Fixtures that several areas share."""

from collections.abc import Iterator

import pytest

from tests.postgres import Database, Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with Server.running() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    with postgres.database() as database:
        yield database
