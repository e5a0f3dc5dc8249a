"""A password changes under the deployed programs, as Secrets Manager asks for it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from demo.environment import wait_until_served
from demo.rest import RestApi
from embedded import processes
from stacks.common.operations import ROLE_SECRET_SUFFIX
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end


async def test_billing_goes_on_as_the_role_whose_turn_it_is(
    playground: Playground, billing: RestApi
) -> None:
    secrets, before = _secrets(playground), _pids(playground)
    secret = f"playground/billing/{ROLE_SECRET_SUFFIX}"
    role = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    secrets.rotate_secret(SecretId=secret)
    _until(lambda: "LastRotatedDate" in secrets.describe_secret(SecretId=secret))
    new = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    assert (role["username"], new["username"]) == ("billing", "billing_second")
    assert new["password"] != role["password"]

    _until(lambda: not before & _pids(playground))
    await wait_until_served(billing, "/contracts")
    after = _pids(playground)
    assert after
    # What its tasks were started with is what PostgreSQL lets in.
    assert {_started_with(pid, "DATABASE_USERNAME") for pid in after} == {"billing_second"}


def test_the_administrator_has_another_password(playground: Playground) -> None:
    secrets = _secrets(playground)
    [secret] = [
        one["ARN"]
        for one in secrets.list_secrets()["SecretList"]
        if one.get("RotationEnabled") and ROLE_SECRET_SUFFIX not in one["Name"]
    ]
    before = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    secrets.rotate_secret(SecretId=secret)
    _until(lambda: "LastRotatedDate" in secrets.describe_secret(SecretId=secret))
    after = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    assert after["password"] != before["password"]
    assert {**after, "password": ""} == {**before, "password": ""}


def _secrets(playground: Playground) -> Any:
    return boto3.Session().client(
        "secretsmanager",
        endpoint_url=playground.machine.endpoint,
        region_name=playground.machine.region,
        aws_access_key_id=playground.machine.account_id,
        aws_secret_access_key="any",
    )


def _pids(playground: Playground) -> set[int]:
    found = processes.find(playground.machine.folder, processes.CONTAINER)
    return {
        process.pid
        for process in found
        if b"services.billing" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    }


def _started_with(pid: int, variable: str) -> str:
    environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(one.split("=", 1) for one in environment if one)[variable]


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, "it does not come to be"
        time.sleep(0.2)
