"""A service's own database and login role in the environment's PostgreSQL cluster."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from lambdas.operations.logins import (
    Login,
    Name,
    RefusedError,
    Role,
    converted,
    decoded,
    make_login,
)

_NEVER_OURS = {"postgres", "public", "none", "template0", "template1", "rdsadmin"}
_RETRY_AFTER_S = 2.0
_TURN = 4_153_001
"""Advisory lock: CREATE DATABASE fails while another session copies the same template."""

ReadSecret = Callable[[str], str]
"""The text of the secret of an ARN."""

Connect = Callable[[Login], psycopg.Connection]


class Properties(msgspec.Struct, frozen=True, rename="pascal"):
    """The properties of the custom resource."""

    database_name: Name
    role_secret_arn: str


class ServiceDatabases:
    """Makes services' databases, in the administrator's name."""

    def __init__(
        self,
        administrator_secret_arn: str,
        read_secret: ReadSecret,
        connect: Connect,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._administrator_secret_arn = administrator_secret_arn
        self._read_secret = read_secret
        self._connect = connect
        self._sleep = sleep

    def make(self, properties: Mapping[str, Any], time_left_s: Callable[[], float]) -> str:
        """Make or mend the database and its role; returns the database's name.

        A cluster that does not answer yet is tried for as long as there is time: one that paused
        takes half a minute to wake. Raises `RefusedError`, `psycopg.Error`.
        """
        asked = converted("properties", properties, Properties)
        arn = self._administrator_secret_arn
        administrator = decoded(arn, self._read_secret(arn), Login)
        role = decoded(asked.role_secret_arn, self._read_secret(asked.role_secret_arn), Role)
        taken = _NEVER_OURS | {administrator.username}
        for name in (asked.database_name, role.owner):
            if name in taken or name.startswith(("pg_", "rds_")):
                raise RefusedError(f"{name}: this name belongs to the cluster")
        with closing(self._connected(administrator, time_left_s)) as connection:
            make_database(connection, asked.database_name, role)
        return asked.database_name

    def _connected(
        self, administrator: Login, time_left_s: Callable[[], float]
    ) -> psycopg.Connection:
        while True:
            try:
                return self._connect(administrator)
            except psycopg.OperationalError:
                if time_left_s() <= _RETRY_AFTER_S:
                    raise
                self._sleep(_RETRY_AFTER_S)


def make_database(connection: psycopg.Connection, name: str, role: Role) -> None:
    """Make or mend a database that only `role`, or the owner it acts as, may connect to.

    Raises `RefusedError` when the database is another role's.
    """
    owner, database = sql.Identifier(role.owner), sql.Identifier(name)
    connection.execute("select pg_advisory_lock(%s)", [_TURN])
    make_login(connection, role)
    # An administrator of a managed cluster is no superuser: it must be a member of the role to
    # make it an owner.
    connection.execute(sql.SQL("grant {} to current_user").format(owner))
    present = connection.execute(
        "select pg_get_userbyid(datdba) from pg_database where datname = %s", [name]
    ).fetchone()
    if present is None:
        connection.execute(sql.SQL("create database {} owner {}").format(database, owner))
    elif present[0] != role.owner:
        raise RefusedError(f"{name}: this database belongs to {present[0]}")
    connection.execute(sql.SQL("revoke all on database {} from public").format(database))
    connection.execute(sql.SQL("grant all on database {} to {}").format(database, owner))
