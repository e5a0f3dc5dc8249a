"""A service's own database and login role in the environment's PostgreSQL cluster."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Annotated, Any, TypeVar

import msgspec
import psycopg
from psycopg import sql

Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,62}\Z")]
"""A name that PostgreSQL takes without quotes; it is quoted all the same."""

_NEVER_OURS = {"postgres", "public", "none", "template0", "template1", "rdsadmin"}
_RETRY_AFTER_S = 2.0
_TURN = 4_153_001
"""Advisory lock: CREATE DATABASE fails while another session copies the same template."""

ReadSecret = Callable[[str], str]
"""The text of the secret of an ARN."""

Connect = Callable[["Administrator"], psycopg.Connection]
Form = TypeVar("Form")


class RefusedError(ValueError):
    """What was asked for is not allowed; says what and why, without any secret."""


class Administrator(msgspec.Struct, frozen=True):
    """The secret of the cluster's administrator."""

    host: str
    port: int
    username: str
    password: str


class Role(msgspec.Struct, frozen=True):
    """The secret of a service's login role."""

    username: Name
    password: Annotated[str, msgspec.Meta(min_length=16)]


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
        asked = _convert("properties", properties, Properties)
        administrator = self._secret(self._administrator_secret_arn, Administrator)
        role = self._secret(asked.role_secret_arn, Role)
        taken = _NEVER_OURS | {administrator.username}
        for name in (asked.database_name, role.username):
            if name in taken or name.startswith(("pg_", "rds_")):
                raise RefusedError(f"{name}: this name belongs to the cluster")
        with closing(self._connected(administrator, time_left_s)) as connection:
            make_database(connection, asked.database_name, role)
        return asked.database_name

    def _connected(
        self, administrator: Administrator, time_left_s: Callable[[], float]
    ) -> psycopg.Connection:
        while True:
            try:
                return self._connect(administrator)
            except psycopg.OperationalError:
                if time_left_s() <= _RETRY_AFTER_S:
                    raise
                self._sleep(_RETRY_AFTER_S)

    def _secret(self, arn: str, form: type[Form]) -> Form:
        try:
            decoded = msgspec.json.decode(self._read_secret(arn))
        except msgspec.DecodeError:
            raise RefusedError(f"{arn}: is no JSON") from None
        return _convert(arn, decoded, form)


def connect(administrator: Administrator) -> psycopg.Connection:
    """Connect as the administrator: with TLS, or through a socket's directory where none is."""
    return psycopg.connect(
        host=administrator.host,
        port=administrator.port,
        user=administrator.username,
        password=administrator.password,
        dbname="postgres",
        sslmode="disable" if administrator.host.startswith("/") else "require",
        connect_timeout=10,
        autocommit=True,
    )


def make_database(connection: psycopg.Connection, name: str, role: Role) -> None:
    """Make or mend a database that only its owner, `role`, may connect to.

    The password leaves this process as a SCRAM verifier, so no statement log can hold it.
    Raises `RefusedError` when the database is another role's.
    """
    owner, database = sql.Identifier(role.username), sql.Identifier(name)
    verifier = connection.pgconn.encrypt_password(
        role.password.encode(), role.username.encode(), b"scram-sha-256"
    ).decode()
    connection.execute("select pg_advisory_lock(%s)", [_TURN])
    if not connection.execute(
        "select 1 from pg_roles where rolname = %s", [role.username]
    ).fetchone():
        connection.execute(sql.SQL("create role {}").format(owner))
    connection.execute(
        sql.SQL("alter role {} login password {}").format(owner, sql.Literal(verifier))
    )
    # An administrator of a managed cluster is no superuser: it must be a member of the role to
    # make it an owner.
    connection.execute(sql.SQL("grant {} to current_user").format(owner))
    present = connection.execute(
        "select pg_get_userbyid(datdba) from pg_database where datname = %s", [name]
    ).fetchone()
    if present is None:
        connection.execute(sql.SQL("create database {} owner {}").format(database, owner))
    elif present[0] != role.username:
        raise RefusedError(f"{name}: this database belongs to {present[0]}")
    connection.execute(sql.SQL("revoke all on database {} from public").format(database))
    connection.execute(sql.SQL("grant all on database {} to {}").format(database, owner))


def _convert(what: str, value: object, form: type[Form]) -> Form:
    try:
        return msgspec.convert(value, form, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(f"{what}: {error}") from None
