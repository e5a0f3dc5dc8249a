import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg import sql

from lambdas.operations.service_database import (
    Administrator,
    Connect,
    RefusedError,
    ServiceDatabases,
    connect,
)
from tests.postgres import Server

ADMINISTRATOR = {"host": "nowhere", "port": 5432, "username": "chief", "password": "of-the-cluster"}
ROLE = {"username": "charging", "password": "Zx" * 20}


def refuse_connections(administrator: Administrator) -> psycopg.Connection:
    raise AssertionError("must be refused before anything is connected to")


@dataclass
class Cluster:
    """Secrets as they stand in Secrets Manager, and a clock that only sleeping moves."""

    connect: Connect = refuse_connections
    secrets: dict[str, str] = field(
        default_factory=lambda: {"chief": json.dumps(ADMINISTRATOR), "role": json.dumps(ROLE)}
    )
    time_left_s: float = 60

    def make(self, name: str = "charging", role_from: str = "role") -> str:
        databases = ServiceDatabases("chief", self.secrets.__getitem__, self.connect, self._sleep)
        return databases.make(
            {"ServiceToken": "…", "DatabaseName": name, "RoleSecretArn": role_from},
            lambda: self.time_left_s,
        )

    def _sleep(self, seconds: float) -> None:
        self.time_left_s -= seconds


@pytest.mark.parametrize(
    "name",
    ["", "Charging", "1st", "a-b", 'x"; drop role chief; --', "a" * 64, "charging\n", "é"],
)
def test_a_name_that_needs_quotes_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match=r"properties: .*DatabaseName"):
        Cluster().make(name)


@pytest.mark.parametrize("name", ["postgres", "template1", "rdsadmin", "pg_temp", "rds_x", "chief"])
def test_a_name_of_the_cluster_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match=f"{name}: this name belongs to the cluster"):
        Cluster().make(name)


def test_the_administrator_is_no_service_role() -> None:
    cluster = Cluster()
    cluster.secrets["role"] = json.dumps(ROLE | {"username": "chief"})
    with pytest.raises(RefusedError, match="chief: this name belongs to the cluster"):
        cluster.make()


@pytest.mark.parametrize(
    ("secret", "named"),
    [
        ("Zx-no-json", "role: is no JSON"),
        ('{"username": "charging"}', "role: .*`password`"),
        ('{"username": "charging", "password": "Zx-short"}', r"role: .*password"),
        ('{"username": "Zx Zx", "password": "ZxZxZxZxZxZxZxZxZx"}', r"role: .*username"),
    ],
)
def test_a_bad_secret_is_named_and_not_shown(secret: str, named: str) -> None:
    cluster = Cluster()
    cluster.secrets["role"] = secret
    with pytest.raises(RefusedError, match=named) as refusal:
        cluster.make()
    assert "Zx" not in str(refusal.value)


def test_a_cluster_that_never_wakes_is_waited_for_within_the_time() -> None:
    attempts: list[Administrator] = []

    def asleep(administrator: Administrator) -> psycopg.Connection:
        attempts.append(administrator)
        raise psycopg.OperationalError("the cluster is starting")

    cluster = Cluster(asleep, time_left_s=9)
    with pytest.raises(psycopg.OperationalError, match="is starting"):
        cluster.make()
    assert len(attempts) > 2
    assert cluster.time_left_s >= 0


@pytest.fixture
def cluster(postgres: Server) -> Iterator[Cluster]:
    """A real cluster, with an administrator who is no superuser, as on a managed one."""
    with postgres.database() as database:
        superuser = psycopg.connect(database.conninfo, autocommit=True)
        superuser.execute("create role chief login createrole createdb password 'of-the-cluster'")
        cluster = Cluster(connect)
        administrator = ADMINISTRATOR | {"host": database.host, "port": database.port}
        cluster.secrets["chief"] = json.dumps(administrator)
        yield cluster
        for name in ("charging", "billing"):
            superuser.execute(sql.SQL("drop database if exists {} with (force)").format(_id(name)))
        for name in ("charging", "billing", "chief"):
            superuser.execute(sql.SQL("drop role if exists {}").format(_id(name)))
        superuser.close()


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def signed_in(cluster: Cluster, username: str, database: str) -> psycopg.Connection:
    server = json.loads(cluster.secrets["chief"])
    return psycopg.connect(
        host=server["host"], port=server["port"], user=username, dbname=database, autocommit=True
    )


def is_verified(password: str, verifier: str) -> bool:
    """Whether PostgreSQL would let `password` in (RFC 5802, section 3)."""
    _, iterations_and_salt, keys = verifier.split("$")
    iterations, salt = iterations_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac(
        "sha256", password.encode(), base64.b64decode(salt), int(iterations)
    )
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client_key).digest()).decode()
    return stored == keys.split(":")[0]


@pytest.mark.integration
def test_the_role_owns_its_database_and_reaches_no_other(cluster: Cluster) -> None:
    cluster.secrets["billing"] = json.dumps({"username": "billing", "password": "Yy" * 20})
    assert cluster.make("charging", "role") == "charging"
    assert cluster.make("billing", "billing") == "billing"
    with signed_in(cluster, "charging", "charging") as connection:
        connection.execute("create schema own; create table own.sessions (id int)")
        connection.execute("create table plain (id int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        signed_in(cluster, "billing", "charging")


@pytest.mark.integration
def test_making_again_keeps_the_data(cluster: Cluster) -> None:
    cluster.make()
    with signed_in(cluster, "charging", "charging") as connection:
        connection.execute("create table kept as select 1 as id")
    cluster.make()
    with signed_in(cluster, "charging", "charging") as connection:
        assert connection.execute("select id from kept").fetchall() == [(1,)]


@pytest.mark.integration
def test_the_password_of_the_secret_is_in_force_and_kept_as_scram(cluster: Cluster) -> None:
    for password in ("Aa" * 20, "Bb'\"\\" * 8):
        cluster.secrets["role"] = json.dumps(ROLE | {"password": password})
        cluster.make()
        with signed_in(cluster, "postgres", "postgres") as connection:
            row = connection.execute(
                "select rolpassword, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole"
                " from pg_authid where rolname = 'charging'"
            ).fetchone()
        assert row is not None
        assert is_verified(password, row[0])
        assert not is_verified(password + "x", row[0])
        assert row[1:] == (True, False, False, False)


@pytest.mark.integration
def test_the_database_of_another_role_is_not_taken_over(cluster: Cluster) -> None:
    cluster.make()
    cluster.secrets["role"] = json.dumps({"username": "billing", "password": "Yy" * 20})
    with pytest.raises(RefusedError, match="charging: this database belongs to charging"):
        cluster.make("charging")


@pytest.mark.integration
def test_a_cluster_that_wakes_in_time_is_used(cluster: Cluster) -> None:
    asleep = [psycopg.OperationalError("the cluster is starting")] * 2

    def waking(administrator: Administrator) -> psycopg.Connection:
        if asleep:
            raise asleep.pop()
        return connect(administrator)

    cluster.connect = waking
    assert cluster.make() == "charging"
    assert cluster.time_left_s == 56
