"""Nodes of the charging program, with a database that syncs to disk and a queue."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.charging.aws import running as running_aws
from tests.charging.program import ChargingProgram, charging_program
from tests.postgres import Database, Server


@contextmanager
def running_nodes(number: int, **environment: Sequence[str]) -> Iterator[Sequence[ChargingProgram]]:
    """So many on one database, healthy and signed in; `environment`: of each in turn."""
    with ExitStack() as stack:
        server = stack.enter_context(Server.running())
        database = stack.enter_context(server.database())
        aws = stack.enter_context(running_aws())
        _sync_to_disk(database)
        nodes = []
        for index in range(number):
            own = {name: values[index] for name, values in environment.items()}
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            node = stack.enter_context(charging_program(database, aws, folder, **own))
            node.start()
            node.healthy()
            node.sign_in()
            nodes.append(node)
        yield nodes


@contextmanager
def running_node() -> Iterator[ChargingProgram]:
    """One alone."""
    with running_nodes(1) as [node]:
        yield node


def register(node: ChargingProgram, ids: Sequence[str]) -> None:
    """However many stations."""
    for first in range(0, len(ids), 1000):
        node.register(*ids[first : first + 1000])


def _sync_to_disk(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("alter system reset fsync")
        connection.execute("select pg_reload_conf()")
