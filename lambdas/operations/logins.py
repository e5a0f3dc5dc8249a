"""Who signs in to the environment's PostgreSQL cluster, as Secrets Manager holds it.

A service has two login roles that take turns: while programs that started before still use one,
the other's password changes. The second one acts as the first, which owns all that either makes.
"""

from typing import Annotated, Any, TypeVar

import msgspec
import psycopg
from psycopg import sql

Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,62}\Z")]
"""A name that PostgreSQL takes without quotes; it is quoted all the same."""

_SECOND = "_second"
"""Ends the name of the second of two login roles."""

Form = TypeVar("Form")


class RefusedError(ValueError):
    """What was asked for is not allowed; says what and why, without any secret."""


class Login(msgspec.Struct, frozen=True):
    """The secret of the cluster's administrator: where it is, and how to sign in."""

    host: str
    port: int
    username: str
    password: str


class Role(msgspec.Struct, frozen=True):
    """The secret of a service's login role."""

    username: Name
    password: Annotated[str, msgspec.Meta(min_length=16)]

    @property
    def owner(self) -> str:
        """The first of the two, who owns the service's database."""
        return self.username.removesuffix(_SECOND)

    def next(self, password: str) -> "Role":
        """The one whose turn is next, with its new password."""
        second = self.owner + _SECOND
        return Role(self.owner if self.username == second else second, password)


def decoded(what: str, text: str, form: type[Form]) -> Form:
    """A secret's text; raises `RefusedError`, which names `what` and shows nothing of it."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise RefusedError(f"{what}: is no JSON") from None
    return converted(what, value, form)


def converted(what: str, value: object, form: type[Form]) -> Form:
    """`value` as `form`; raises `RefusedError`, which names `what`."""
    try:
        return msgspec.convert(value, form, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(f"{what}: {error}") from None


def connect(login: Login, database: str = "postgres") -> psycopg.Connection:
    """Sign in: with TLS, or through a socket's directory where none is."""
    return psycopg.connect(
        host=login.host,
        port=login.port,
        user=login.username,
        password=login.password,
        dbname=database,
        sslmode="disable" if login.host.startswith("/") else "require",
        connect_timeout=10,
        autocommit=True,
    )


def set_password(connection: psycopg.Connection, username: str, password: str) -> None:
    """The password leaves this process as a SCRAM verifier, so no statement log can hold it."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), username.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(username), sql.Literal(verifier))
    )


def make_login(connection: psycopg.Connection, role: Role) -> None:
    """Make or mend a service's login role; the second of the two acts as the first."""
    _make_role(connection, role.owner)
    if role.username != role.owner:
        _make_role(connection, role.username)
        names: dict[str, Any] = {
            "owner": sql.Identifier(role.owner),
            "second": sql.Identifier(role.username),
        }
        connection.execute(sql.SQL("grant {owner} to {second}").format(**names))
        connection.execute(sql.SQL("alter role {second} set role {owner}").format(**names))
    connection.execute(sql.SQL("alter role {} login").format(sql.Identifier(role.username)))
    set_password(connection, role.username, role.password)


def _make_role(connection: psycopg.Connection, name: str) -> None:
    if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
        connection.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
