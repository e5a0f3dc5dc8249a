"""Secrets are rotated by the function that is deployed for it."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration

_ROTATE = """
import boto3
secrets = boto3.client("secretsmanager")
def handler(event, context):
    arn, version = event["SecretId"], event["ClientRequestToken"]
    stages = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    current = next(one for one, held in stages.items() if "AWSCURRENT" in held)
    before = secrets.get_secret_value(SecretId=arn)["SecretString"]
    if event["Step"] == "createSecret":
        try:
            secrets.get_secret_value(SecretId=arn, VersionId=version, VersionStage="AWSPENDING")
        except secrets.exceptions.ResourceNotFoundException:
            secrets.put_secret_value(
                SecretId=arn,
                ClientRequestToken=version,
                SecretString=before + "+",
                VersionStages=["AWSPENDING"],
            )
    elif event["Step"] == "setSecret" and before.startswith("stuck"):
        raise RuntimeError("the database does not answer")
    elif event["Step"] == "finishSecret":
        secrets.update_secret_version_stage(
            SecretId=arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version,
            RemoveFromVersionId=current,
        )
"""


def _resources(value: str, *, at_once: bool) -> Resources:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda"}}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    function: Resources = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": _ROTATE},
        "Timeout": 20,
    }
    schedule: Resources = {
        "SecretId": {"Ref": "Secret"},
        "RotationLambdaARN": {"Fn::GetAtt": ["Function", "Arn"]},
        "RotateImmediatelyOnUpdate": at_once,
        "RotationRules": {"ScheduleExpression": "cron(0 1 7 * ? *)", "Duration": "3h"},
    }
    return resources_of(
        {
            "Secret": ("SecretsManager::Secret", {"SecretString": value}),
            "Role": ("IAM::Role", {"AssumeRolePolicyDocument": document}),
            "Function": ("Lambda::Function", function),
            "Schedule": ("SecretsManager::RotationSchedule", schedule),
        }
    )


def _until(told: Any, wanted: object) -> None:
    deadline = time.monotonic() + 30
    while (found := told()) != wanted:
        assert time.monotonic() < deadline, f"{found} where {wanted} was wanted"
        time.sleep(0.05)


def test_a_secret_is_rotated_when_it_is_asked_for(control_plane: ControlPlane) -> None:
    stack, secrets = Stack(control_plane, "rotated"), control_plane.client("secretsmanager")
    resources = _resources("one", at_once=False)
    assert stack.create(resources) == "CREATE_COMPLETE", stack.reasons()
    arn = stack.physical_id("Secret")

    def value() -> str:
        text: str = secrets.get_secret_value(SecretId=arn)["SecretString"]
        return text

    described = secrets.describe_secret(SecretId=arn)
    assert described["RotationLambdaARN"].endswith(stack.physical_id("Function"))
    assert described["RotationRules"]["ScheduleExpression"] == "cron(0 1 7 * ? *)"
    assert (value(), described.get("LastRotatedDate")) == ("one", None)

    version = secrets.rotate_secret(SecretId=arn)["VersionId"]
    _until(lambda: "LastRotatedDate" in secrets.describe_secret(SecretId=arn), wanted=True)
    assert value() == "one+"
    assert "AWSCURRENT" in secrets.describe_secret(SecretId=arn)["VersionIdsToStages"][version]
    before = secrets.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == "one"

    resources["Schedule"]["Properties"]["RotateImmediatelyOnUpdate"] = True
    assert stack.update(resources) == "UPDATE_COMPLETE"
    _until(value, "one++")

    del resources["Schedule"]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is False
    with pytest.raises(ClientError, match="No Lambda rotation function"):
        secrets.rotate_secret(SecretId=arn)


def test_a_rotation_that_fails_leaves_the_secret_and_is_taken_up_again(
    control_plane: ControlPlane,
) -> None:
    stack, secrets = Stack(control_plane, "stuck"), control_plane.client("secretsmanager")
    assert stack.create(_resources("stuck", at_once=False)) == "CREATE_COMPLETE"
    arn, log = stack.physical_id("Secret"), control_plane.folder / "log"
    version = secrets.rotate_secret(SecretId=arn)["VersionId"]
    _until(lambda: f"setSecret of {arn} failed" in log.read_text(), wanted=True)
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "stuck"
    stages = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    assert stages[version] == ["AWSPENDING"]
    assert json.dumps(stages).count("AWSPENDING") == 1
    assert secrets.rotate_secret(SecretId=arn)["VersionId"] == version
