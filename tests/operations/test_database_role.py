"""The deployed handler: settings, secrets, PostgreSQL and the answer, all at once."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import psycopg
import pytest
from moto import mock_aws

from tests.operations.answers import listening
from tests.postgres import Database

pytestmark = pytest.mark.integration

MODULE = "lambdas.operations.database_role"
PASSWORD = "Zx" * 20

Deploy = Callable[[str, str], dict[str, str]]


class Context:
    """Of a function whose time is nearly over."""

    def get_remaining_time_in_millis(self) -> int:
        return 1000


@pytest.fixture
def deploy(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """Sends one request type for one database and returns the answer."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        secrets = boto3.client("secretsmanager")

        def secret(name: str, **content: object) -> str:
            return secrets.create_secret(Name=name, SecretString=json.dumps(content))["ARN"]

        administrator = secret(
            "administrator",
            engine="postgres",
            host=database.host,
            port=str(database.port),
            username=database.username,
            password=database.password,
        )
        role = secret("role", username="metering", password=PASSWORD)
        monkeypatch.setenv("ADMINISTRATOR_SECRET_ARN", administrator)
        monkeypatch.delitem(sys.modules, MODULE, raising=False)
        handler = importlib.import_module(MODULE).handler

        def send(request_type: str, name: str) -> dict[str, str]:
            with listening() as (url, received):
                request: dict[str, Any] = {
                    "RequestType": request_type,
                    "ResponseURL": f"{url}/answer",
                    "StackId": "s",
                    "RequestId": "r",
                    "LogicalResourceId": "Database",
                    "ResourceProperties": {"DatabaseName": name, "RoleSecretArn": role},
                }
                if request_type != "Create":
                    request["PhysicalResourceId"] = "metering"
                handler(request, Context())
            [(_, _, body)] = received
            answer: dict[str, str] = json.loads(body)
            return answer

        yield send
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("drop database if exists metering with (force)")
        connection.execute("drop database if exists metering_2 with (force)")
        connection.execute("drop role if exists metering")


def databases(database: Database) -> set[str]:
    with psycopg.connect(database.conninfo) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database")}


def test_a_database_is_made_again_elsewhere_and_kept(deploy: Deploy, database: Database) -> None:
    for request_type, name in (
        ("Create", "metering"),
        ("Create", "metering"),
        ("Update", "metering_2"),
        ("Delete", "metering"),
    ):
        answer = deploy(request_type, name)
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", name)
    assert {"metering", "metering_2"} <= databases(database)


def test_a_failure_is_answered_without_any_secret(deploy: Deploy) -> None:
    answer = deploy("Create", "Metering!")
    assert answer["Status"] == "FAILED"
    assert "DatabaseName" in answer["Reason"]
    assert PASSWORD not in json.dumps(answer)
    assert deploy("Delete", "Metering!")["Status"] == "SUCCESS"
