"""Functions that answer requests get a new version by and by, and lose it when it fails."""

import json

import pytest

from tests.stacks.assembly import Assembly, Template

FUNCTIONS = ("Webhook", "Query")


@pytest.fixture(params=FUNCTIONS)
def parts(assembly: Assembly, request: pytest.FixtureRequest) -> dict[str, Template]:
    """Of one function: alias, version, deployment group and its alarm."""
    stack = assembly["telemetry"]

    def of(type_: str) -> Template:
        found = stack.of_type(type_).items()
        (body,) = (one for id_, one in found if id_.startswith(request.param))
        return body

    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    (alarm,) = (
        one for id_, one in alarms.items() if id_.startswith(f"{request.param}ReleaseErrors")
    )
    return {
        "alias": of("AWS::Lambda::Alias"),
        "version": of("AWS::Lambda::Version"),
        "group": of("AWS::CodeDeploy::DeploymentGroup"),
        "alarm": alarm,
    }


def test_the_alias_is_moved_after_the_group_knows_the_new_alarm(
    assembly: Assembly, parts: dict[str, Template]
) -> None:
    # A reference in an update policy does not order anything.
    policy = parts["alias"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = policy["DeploymentGroupName"]["Ref"]
    assert group in parts["alias"]["DependsOn"]
    assert assembly["telemetry"].template["Resources"][group] is parts["group"]


def test_each_minute_a_tenth_more_until_an_alarm_rings(parts: dict[str, Template]) -> None:
    group = parts["group"]["Properties"]
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_the_alarm_is_of_the_new_version_alone_and_new_with_it(parts: dict[str, Template]) -> None:
    # One that still rings for the version before would forbid the release that mends it.
    alarm, version = parts["alarm"]["Properties"], parts["alias"]["Properties"]["FunctionVersion"]
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert dimensions.keys() == {"FunctionName", "Resource", "ExecutedVersion"}
    assert dimensions["ExecutedVersion"] == version
    assert version in alarm["AlarmName"]["Fn::Join"][1]
    assert (alarm["EvaluationPeriods"], alarm["Period"], alarm["Threshold"]) == (1, 60, 1)


def test_the_version_before_goes_when_the_new_one_has_all(parts: dict[str, Template]) -> None:
    assert "DeletionPolicy" not in parts["version"]


def test_only_the_alias_is_asked(assembly: Assembly) -> None:
    stack = assembly["telemetry"]
    aliases = stack.of_type("AWS::Lambda::Alias")
    assert stack.only("AWS::Lambda::Url")["Qualifier"] == "released"
    source = stack.only("AWS::AppSync::DataSource")["LambdaConfig"]["LambdaFunctionArn"]
    assert source["Ref"] in aliases
    asking = [
        body["Properties"]
        for body in stack.of_type("AWS::Lambda::Permission").values()
        if body["Properties"]["Principal"] == "*"
    ]
    assert {permission["FunctionName"]["Ref"] for permission in asking} < aliases.keys()
    invoking = [
        statement["Resource"]
        for body in stack.of_type("AWS::IAM::Policy").values()
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    assert invoking == [source]


def test_codedeploy_may_move_these_aliases_and_no_other(assembly: Assembly) -> None:
    policies = assembly["telemetry"].of_type("AWS::IAM::Policy")
    (statements,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for id_, body in policies.items()
        if id_.startswith("Releases")
    )
    moving = [one for one in statements if "lambda:UpdateAlias" in one["Action"]]
    assert {action for one in moving for action in one["Action"]} == {
        "lambda:GetAlias",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:UpdateAlias",
    }
    assert "*" not in json.dumps(moving)
    others = {action for one in statements if one not in moving for action in [one["Action"]]}
    assert others == {"cloudwatch:DescribeAlarms"}
