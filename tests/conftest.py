"""Fixtures that several areas share."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from stacks.synthesis import Synthesis, synthesise
from tests.postgres import Database, Server

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
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Synthesis]]]:
    """Every stage through the gate, once in a session; tests wait for their own."""
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    with ThreadPoolExecutor(2) as processes:
        yield {name: processes.submit(synthesise, name, into=folder) for name in STAGES}
        processes.shutdown(cancel_futures=True)
