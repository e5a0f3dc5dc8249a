"""The four steps of Secrets Manager, with the real function code and a real PostgreSQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
import pytest

from lambdas.operations.logins import Login, RefusedError, connect
from lambdas.operations.password_rotation import PasswordRotation
from tests.operations.cluster import ROLE, Cluster, is_verified, signed_in

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass
class Vault:
    """Secrets with their versions, by the rules of Secrets Manager."""

    texts: dict[str, dict[str, str]]
    staged: dict[str, dict[str, str]] = field(default_factory=dict)
    """The version at each stage of a secret."""

    def begin(self, arn: str, version: str) -> None:
        self.staged.setdefault(arn, {"AWSCURRENT": "v0"})["AWSPENDING"] = version

    def stages(self, arn: str) -> Mapping[str, list[str]]:
        versions: dict[str, list[str]] = {}
        for stage, version in self.staged[arn].items():
            versions.setdefault(version, []).append(stage)
        return versions

    def read(self, arn: str, stage: str) -> str:
        return self.texts[arn][self.staged.get(arn, {"AWSCURRENT": "v0"})[stage]]

    def holds(self, arn: str, version: str) -> bool:
        return version in self.texts[arn]

    def put_pending(self, arn: str, version: str, text: str) -> None:
        assert self.texts[arn].setdefault(version, text) == text, "a version never changes"

    def promote(self, arn: str, version: str, instead_of: str) -> None:
        assert self.staged[arn]["AWSCURRENT"] == instead_of
        self.staged[arn] |= {"AWSCURRENT": version, "AWSPREVIOUS": instead_of}

    def current(self, arn: str) -> dict[str, str]:
        content: dict[str, str] = json.loads(self.read(arn, "AWSCURRENT"))
        return content


@dataclass
class Rotating:
    """A service's database and its rotation."""

    cluster: Cluster
    vault: Vault
    started_again: list[str]

    def rotation(self) -> PasswordRotation:
        return PasswordRotation("chief", self.vault, self.started_again.append)

    def rotate(self, arn: str, version: str, times: int = 1) -> None:
        self.vault.begin(arn, version)
        for step in STEPS:
            for _ in range(times):
                self.rotation().step(step, arn, version)


@pytest.fixture
def rotating(cluster: Cluster) -> Rotating:
    cluster.make()
    vault = Vault({arn: {"v0": text} for arn, text in cluster.secrets.items()})
    return Rotating(cluster, vault, [])


def verifier(cluster: Cluster, username: str) -> str:
    with signed_in(cluster, "postgres", "postgres") as connection:
        row = connection.execute(
            "select rolpassword from pg_authid where rolname = %s", [username]
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.integration
def test_the_two_roles_take_turns_and_the_one_in_use_keeps_its_password(
    rotating: Rotating,
) -> None:
    rotating.rotate("role", "v1")
    first = rotating.vault.current("role")
    assert first["username"] == "charging_second"
    assert is_verified(first["password"], verifier(rotating.cluster, "charging_second"))
    assert is_verified(ROLE["password"], verifier(rotating.cluster, "charging"))
    assert rotating.started_again == ["charging"]

    rotating.rotate("role", "v2")
    second = rotating.vault.current("role")
    assert second["username"] == "charging"
    assert second["password"] != ROLE["password"]
    assert is_verified(second["password"], verifier(rotating.cluster, "charging"))
    assert is_verified(first["password"], verifier(rotating.cluster, "charging_second"))


@pytest.mark.integration
def test_what_either_role_makes_belongs_to_the_first_and_serves_both(rotating: Rotating) -> None:
    rotating.rotate("role", "v1")
    with signed_in(rotating.cluster, "charging_second", "charging") as connection:
        connection.execute("create table made (id int)")
        assert connection.execute(
            "select tableowner from pg_tables where tablename = 'made'"
        ).fetchone() == ("charging",)
    with signed_in(rotating.cluster, "charging", "charging") as connection:
        connection.execute("alter table made add column more int")


@pytest.mark.integration
def test_a_service_deployed_again_after_a_rotation_keeps_its_database(rotating: Rotating) -> None:
    rotating.rotate("role", "v1")
    rotating.cluster.secrets["role"] = rotating.vault.read("role", "AWSCURRENT")
    assert rotating.cluster.make() == "charging"
    with signed_in(rotating.cluster, "charging_second", "charging") as connection:
        assert connection.execute("select current_user").fetchone() == ("charging",)


@pytest.mark.integration
def test_a_step_that_comes_twice_does_no_harm(rotating: Rotating) -> None:
    rotating.rotate("role", "v1", times=2)
    current = rotating.vault.current("role")
    assert is_verified(current["password"], verifier(rotating.cluster, "charging_second"))
    assert set(rotating.started_again) == {"charging"}


@pytest.mark.integration
def test_the_administrator_changes_its_own_password_and_no_service_starts_again(
    rotating: Rotating,
) -> None:
    rotating.rotate("chief", "v1")
    current = rotating.vault.current("chief")
    assert current["host"] == json.loads(rotating.cluster.secrets["chief"])["host"]
    assert is_verified(current["password"], verifier(rotating.cluster, "chief"))
    assert rotating.started_again == []


def refuse(_: Login, __: str) -> psycopg.Connection:
    raise psycopg.OperationalError("password authentication failed")


@pytest.mark.integration
def test_a_password_that_does_not_sign_in_never_comes_into_force(rotating: Rotating) -> None:
    rotating.vault.begin("role", "v1")
    for step in STEPS[:2]:
        rotating.rotation().step(step, "role", "v1")
    tested = PasswordRotation("chief", rotating.vault, rotating.started_again.append, refuse)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        tested.step("testSecret", "role", "v1")
    assert rotating.vault.current("role") == ROLE


@pytest.mark.integration
def test_an_administrator_whose_password_is_set_already_goes_on(rotating: Rotating) -> None:
    rotating.vault.begin("chief", "v1")
    rotating.rotation().step("createSecret", "chief", "v1")
    new = json.loads(rotating.vault.read("chief", "AWSPENDING"))["password"]
    tried: list[str] = []

    def only_the_new_one(login: Login, database: str) -> psycopg.Connection:
        tried.append(login.password)
        return connect(login, database) if login.password == new else refuse(login, database)

    rotation = PasswordRotation("chief", rotating.vault, refuse_to_start, only_the_new_one)
    rotation.step("setSecret", "chief", "v1")
    assert tried == ["of-the-cluster", new]


def refuse_to_start(service: str) -> None:
    raise AssertionError(f"{service} must not start again")


@pytest.mark.parametrize(
    ("step", "version", "says"),
    [
        ("createSecret", "v9", "role: has no version v9"),
        ("createSecret", "v0-lost", "role: version v0-lost is not pending"),
        ("eraseSecret", "v1", "eraseSecret: no such step"),
    ],
)
def test_what_is_no_step_of_a_rotation_is_refused(step: str, version: str, says: str) -> None:
    vault = Vault({"role": {"v0": json.dumps(ROLE)}})
    vault.begin("role", "v1")
    vault.staged["role"]["AWSPREVIOUS"] = "v0-lost"
    with pytest.raises(RefusedError, match=says):
        PasswordRotation("chief", vault, refuse_to_start, refuse).step(step, "role", version)
