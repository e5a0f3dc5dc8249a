"""The deployed handler: what of a user pool is kept, and what comes of a failure."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

MODULE = "lambdas.operations.user_export"
BUCKET = "exports"

Lines = list[dict[str, Any]]
Export = Callable[[], Lines]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        made = boto3.client("cognito-idp").create_user_pool(PoolName="people")
        yield made["UserPool"]["Id"]


@pytest.fixture
def cognito(pool: str) -> "CognitoIdentityProviderClient":
    return boto3.client("cognito-idp")


@pytest.fixture
def export(pool: str, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Runs the function, cold, and reads the newest version of what it wrote."""
    monkeypatch.setenv("USER_POOL_ID", pool)
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("OBJECT_KEY", "users.jsonl")
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    handler = importlib.import_module(MODULE).handler

    def run() -> Lines:
        handler({}, None)
        return newest()

    return run


def newest() -> Lines:
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key="users.jsonl")["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def versions() -> int:
    return len(boto3.client("s3").list_object_versions(Bucket=BUCKET).get("Versions", []))


def invite(cognito: "CognitoIdentityProviderClient", pool: str, name: str, *groups: str) -> None:
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=name,
        UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
        TemporaryPassword="Never-Exported-1",
    )
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)


def test_groups_come_first_and_users_know_theirs(
    cognito: "CognitoIdentityProviderClient", pool: str, export: Export
) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="admin", Description="All", Precedence=1)
    cognito.create_group(UserPoolId=pool, GroupName="partner")
    invite(cognito, pool, "ada", "partner", "admin")
    invite(cognito, pool, "bob")
    cognito.admin_disable_user(UserPoolId=pool, Username="bob")
    groups = {line["name"]: line for line in export() if line["kind"] == "group"}
    assert groups == {
        "admin": {"kind": "group", "name": "admin", "description": "All", "precedence": 1},
        "partner": {"kind": "group", "name": "partner"},
    }
    lines = newest()
    assert [line["kind"] for line in lines] == ["group", "group", "user", "user"]
    users = {line["username"]: line for line in lines if line["kind"] == "user"}
    assert users["ada"]["groups"] == ["admin", "partner"]
    assert users["ada"]["attributes"]["email"] == "ada@example.com"
    assert users["ada"]["attributes"]["sub"]
    assert users["ada"]["status"] == "FORCE_CHANGE_PASSWORD"
    assert (users["bob"]["groups"], users["bob"]["enabled"]) == ([], False)
    assert users["ada"]["created"].endswith(("Z", "+00:00"))


def test_more_users_than_one_answer_holds_are_all_there(
    cognito: "CognitoIdentityProviderClient", pool: str, export: Export
) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="customer")
    for number in range(130):
        invite(cognito, pool, f"person-{number:03}", "customer")
    users = [line for line in export() if line["kind"] == "user"]
    assert {user["username"] for user in users} == {f"person-{n:03}" for n in range(130)}
    assert len(users) == 130
    assert all(user["groups"] == ["customer"] for user in users)


def test_no_password_is_in_it(
    cognito: "CognitoIdentityProviderClient", pool: str, export: Export
) -> None:
    invite(cognito, pool, "ada")
    assert "Never-Exported-1" not in json.dumps(export())


def test_each_export_is_a_version_and_an_empty_pool_is_an_empty_one(export: Export) -> None:
    assert export() == []
    assert export() == []
    assert versions() == 2


def test_an_export_that_fails_replaces_nothing(
    cognito: "CognitoIdentityProviderClient", pool: str, export: Export
) -> None:
    invite(cognito, pool, "ada")
    before = export()
    cognito.delete_user_pool(UserPoolId=pool)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        export()
    assert newest() == before
    assert versions() == 1
