"""Secrets Manager's four steps to a new password ("Rotation by Lambda function", its user guide).

Each step may be called again, and must be harmless then.
"""

import secrets as randomness
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Protocol

import msgspec
import psycopg

from lambdas.operations.logins import (
    Login,
    RefusedError,
    Role,
    connect,
    decoded,
    make_login,
    set_password,
)

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
_RANDOM_BYTES = 30


class Vault(Protocol):
    """What is asked of Secrets Manager; a version is named by the rotation's token."""

    def stages(self, arn: str) -> Mapping[str, list[str]]:
        """The versions of a secret, each with its stages."""

    def read(self, arn: str, stage: str) -> str:
        """The text at a stage."""

    def holds(self, arn: str, version: str) -> bool:
        """Whether the version has a text already."""

    def put_pending(self, arn: str, version: str, text: str) -> None:
        """Keep a text that is not in force yet."""

    def promote(self, arn: str, version: str, instead_of: str) -> None:
        """Bring a version into force."""


class PasswordRotation:
    """Changes the administrator's password, or that of the service's role whose turn it is."""

    def __init__(
        self,
        administrator_secret_arn: str,
        vault: Vault,
        start_again: Callable[[str], None],
        connect: Callable[[Login, str], psycopg.Connection] = connect,
    ) -> None:
        """`start_again` gives a service's tasks what is in force; it may interrupt nobody."""
        self._administrator_secret_arn = administrator_secret_arn
        self._vault = vault
        self._start_again = start_again
        self._connect = connect

    def step(self, name: str, arn: str, version: str) -> None:
        """Do one step; raises `RefusedError`, `psycopg.Error`."""
        stages = self._vault.stages(arn).get(version)
        if stages is None:
            raise RefusedError(f"{arn}: has no version {version}")
        if CURRENT in stages:
            if name == "finishSecret":
                self._finish(arn)
            return
        if PENDING not in stages:
            raise RefusedError(f"{arn}: version {version} is not pending")
        match name:
            case "createSecret":
                self._create(arn, version)
            case "setSecret":
                self._set(arn)
            case "testSecret":
                self._test(arn)
            case "finishSecret":
                self._promote(arn, version)
                self._finish(arn)
            case _:
                raise RefusedError(f"{name}: no such step")

    def _create(self, arn: str, version: str) -> None:
        if self._vault.holds(arn, version):
            return
        password = randomness.token_urlsafe(_RANDOM_BYTES)
        text = self._vault.read(arn, CURRENT)
        if self._is_administrator(arn):
            new = {**msgspec.json.decode(text, type=dict[str, object]), "password": password}
        else:
            new = msgspec.to_builtins(decoded(arn, text, Role).next(password))
        self._vault.put_pending(arn, version, msgspec.json.encode(new).decode())

    def _set(self, arn: str) -> None:
        pending = self._vault.read(arn, PENDING)
        if self._is_administrator(arn):
            self._set_administrator(decoded(arn, pending, Login))
            return
        with closing(self._connect(self._administrator(), "postgres")) as connection:
            make_login(connection, decoded(arn, pending, Role))

    def _set_administrator(self, new: Login) -> None:
        try:
            connection = self._connect(self._administrator(), "postgres")
        except psycopg.OperationalError:
            # Set by an attempt before, which heard no answer; otherwise this fails as well.
            self._connect(new, "postgres").close()
            return
        with closing(connection):
            set_password(connection, new.username, new.password)

    def _test(self, arn: str) -> None:
        pending = self._vault.read(arn, PENDING)
        if self._is_administrator(arn):
            login, database = decoded(arn, pending, Login), "postgres"
        else:
            role = decoded(arn, pending, Role)
            login = msgspec.structs.replace(
                self._administrator(), username=role.username, password=role.password
            )
            database = role.owner
        with closing(self._connect(login, database)) as connection:
            connection.execute("select 1")

    def _promote(self, arn: str, version: str) -> None:
        versions = self._vault.stages(arn).items()
        (current,) = (name for name, stages in versions if CURRENT in stages)
        self._vault.promote(arn, version, current)

    def _finish(self, arn: str) -> None:
        if not self._is_administrator(arn):
            self._start_again(decoded(arn, self._vault.read(arn, CURRENT), Role).owner)

    def _is_administrator(self, arn: str) -> bool:
        return arn == self._administrator_secret_arn

    def _administrator(self) -> Login:
        arn = self._administrator_secret_arn
        return decoded(arn, self._vault.read(arn, CURRENT), Login)
