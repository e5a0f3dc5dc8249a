import json

import psycopg
import pytest

from lambdas.operations.logins import Login, RefusedError, connect
from tests.operations.cluster import ROLE, Cluster, is_verified, signed_in


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
    attempts: list[Login] = []

    def asleep(administrator: Login) -> psycopg.Connection:
        attempts.append(administrator)
        raise psycopg.OperationalError("the cluster is starting")

    cluster = Cluster(asleep, time_left_s=9)
    with pytest.raises(psycopg.OperationalError, match="is starting"):
        cluster.make()
    assert len(attempts) > 2
    assert cluster.time_left_s >= 0


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

    def waking(administrator: Login) -> psycopg.Connection:
        if asleep:
            raise asleep.pop()
        return connect(administrator)

    cluster.connect = waking
    assert cluster.make() == "charging"
    assert cluster.time_left_s == 56
