"""A function's new version gets its alias's calls step by step, or is taken back by an alarm."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack

pytestmark = pytest.mark.integration

_GOOD = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'NAME'}\n"
_BAD = "def handler(event, context):\n    raise RuntimeError('a bad release')\n"


def _release(number: int, code: str) -> Resources:
    """As the CDK renders it: each version has a logical id of its own, so the one before goes."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda"}}
    version = {"Fn::GetAtt": [f"Version{number}", "Version"]}
    called = {"Fn::Join": ["", [{"Ref": "Function"}, ":live"]]}
    types: dict[str, tuple[str, Resources]] = {
        "Role": (
            "IAM::Role",
            {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
        ),
        "Function": (
            "Lambda::Function",
            {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code.replace("NAME", f"release {number}")},
            },
        ),
        f"Version{number}": ("Lambda::Version", {"FunctionName": {"Ref": "Function"}}),
        "Alarm": (
            "CloudWatch::Alarm",
            {
                "AlarmName": {"Fn::Join": ["", [{"Ref": "Function"}, "-", version]]},
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Dimensions": [
                    {"Name": "FunctionName", "Value": {"Ref": "Function"}},
                    {"Name": "Resource", "Value": called},
                    {"Name": "ExecutedVersion", "Value": version},
                ],
                "Period": 60,
                "Statistic": "Sum",
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
            },
        ),
        "Application": ("CodeDeploy::Application", {"ComputePlatform": "Lambda"}),
        "Group": (
            "CodeDeploy::DeploymentGroup",
            {
                "ApplicationName": {"Ref": "Application"},
                "ServiceRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "DeploymentConfigName": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
                "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": {"Ref": "Alarm"}}]},
            },
        ),
        "Alias": (
            "Lambda::Alias",
            {"FunctionName": {"Ref": "Function"}, "Name": "live", "FunctionVersion": version},
        ),
        "Url": (
            "Lambda::Url",
            {
                "TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]},
                "Qualifier": "live",
                "AuthType": "NONE",
            },
        ),
    }
    resources: Resources = {
        id_: {"Type": f"AWS::{type_}", "Properties": properties}
        for id_, (type_, properties) in types.items()
    }
    moved = {"ApplicationName": {"Ref": "Application"}, "DeploymentGroupName": {"Ref": "Group"}}
    resources["Alias"] |= {
        "DependsOn": "Group",
        "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": moved},
    }
    resources["Url"]["DependsOn"] = "Alias"
    return resources


class _Released:
    """A function that is called all the time, as its users would."""

    def __init__(self, control_plane: ControlPlane, stack: Stack) -> None:
        self.stack = stack
        self._lambda = control_plane.client("lambda")
        self._endpoint = control_plane.endpoint
        url = {"Url": {"Fn::GetAtt": ["Url", "FunctionUrl"]}}
        assert stack.create(_release(1, _GOOD), url) == "CREATE_COMPLETE"
        self._host = urlsplit(stack.outputs()["Url"]).netloc

    def answer(self) -> str:
        response = httpx.get(self._endpoint, headers={"Host": self._host})
        return response.text if response.is_success else f"status {response.status_code}"

    def release(self, number: int, code: str) -> tuple[str, Counter[str]]:
        """How the stack's update ended, and what callers were answered while it was under way."""
        with ThreadPoolExecutor(max_workers=1) as deployment:
            status: Future[str] = deployment.submit(self.stack.update, _release(number, code))
            answers: Counter[str] = Counter()
            while not status.done():
                answers[self.answer()] += 1
        return status.result(), answers

    def versions(self) -> list[str]:
        found = self._lambda.list_versions_by_function(FunctionName=self._function)["Versions"]
        return [version["Version"] for version in found]

    def alias(self) -> dict[str, Any]:
        found: dict[str, Any] = self._lambda.get_alias(FunctionName=self._function, Name="live")
        return found

    @property
    def _function(self) -> str:
        return self.stack.physical_id("Function")


@pytest.fixture
def released(control_plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[_Released]:
    name: str = request.node.name
    stack = Stack(control_plane, name.replace("_", "-"))
    yield _Released(control_plane, stack)
    assert stack.delete() == "DELETE_COMPLETE"


def test_callers_are_moved_to_a_new_version_by_and_by(released: _Released) -> None:
    assert released.answer() == "release 1"
    status, answers = released.release(2, _GOOD)
    assert status == "UPDATE_COMPLETE"
    assert answers.keys() == {"release 1", "release 2"}
    assert released.answer() == "release 2"
    # The version before is gone with its resource: none piles up.
    assert released.versions() == ["$LATEST", "2"]
    assert "RoutingConfig" not in released.alias()


def test_a_version_that_fails_is_taken_back_and_the_next_is_not_held_up(
    released: _Released,
) -> None:
    status, answers = released.release(2, _BAD)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "rings" in released.stack.reasons()[0]
    assert min(answers["release 1"], answers["status 502"]) > 0
    assert {released.answer() for _ in range(20)} == {"release 1"}
    assert released.alias()["FunctionVersion"] == "1"
    status, answers = released.release(3, _GOOD)
    assert status == "UPDATE_COMPLETE"
    assert answers.keys() <= {"release 1", "release 3"}
