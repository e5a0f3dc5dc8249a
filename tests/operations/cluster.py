"""A cluster as the operations functions see it."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field

import psycopg

from lambdas.operations.logins import Login
from lambdas.operations.service_database import Connect, ServiceDatabases

ADMINISTRATOR = {"host": "nowhere", "port": 5432, "username": "chief", "password": "of-the-cluster"}
ROLE = {"username": "charging", "password": "Zx" * 20}


def refuse_connections(administrator: Login) -> psycopg.Connection:
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
