"""Single sign-on, and the break-glass role for the day when it does not work."""

import json
from pathlib import Path

from stacks.environments import Fleet
from tests.stacks.assembly import Assembly

MINUTE = 60


def test_a_permission_set_takes_the_role_of_its_name_and_no_other(
    organization: Assembly, fleet: Fleet
) -> None:
    sets = {
        body["Properties"]["Name"]: body["Properties"]
        for body in organization["single-sign-on"].of_type("AWS::SSO::PermissionSet").values()
    }
    assert set(sets) == {f"fleetcharge-{r}" for r in ("administrator", "developer", "automation")}
    for name in ("fleetcharge-administrator", "fleetcharge-developer"):
        (right,) = sets[name]["InlinePolicy"]["Statement"]
        assert right["Action"] == "sts:AssumeRole"
        assert right["Resource"] == f"arn:aws:iam::*:role/{name}"
        ours = {"StringEquals": {"aws:ResourceOrgID": fleet.organization.id}}
        assert right["Condition"] == ours
        assert "ManagedPolicies" not in sets[name]
    automation = sets["fleetcharge-automation"]
    assert automation["ManagedPolicies"] == ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]
    assert "InlinePolicy" not in automation


def test_each_set_is_given_to_a_group_in_the_management_account(
    organization: Assembly, fleet: Fleet
) -> None:
    given = organization["single-sign-on"].of_type("AWS::SSO::Assignment").values()
    assert len(given) == 3
    for body in given:
        assignment = body["Properties"]
        assert assignment["TargetId"] == fleet.accounts.management
        assert assignment["PrincipalType"] == "GROUP"
        role = assignment["PermissionSetArn"]["Fn::GetAtt"][0].removesuffix("Set")
        assert assignment["PrincipalId"]["Fn::GetAtt"][0] == f"{role}Group"


def test_breaking_the_glass_takes_a_fresh_second_factor(
    organization: Assembly, fleet: Fleet
) -> None:
    (role,) = (
        body["Properties"]
        for body in organization["trail"].of_type("AWS::IAM::Role").values()
        if body["Properties"].get("RoleName") == "fleetcharge-break-glass"
    )
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert f":{fleet.accounts.management}:root" in json.dumps(trust["Principal"])
    assert trust["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "900"},
    }
    assert role["MaxSessionDuration"] == 60 * MINUTE


RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"


def test_its_use_and_a_root_user_s_raise_an_alarm_within_a_minute(
    organization: Assembly, fleet: Fleet
) -> None:
    trail = organization["trail"]
    filters = {
        body["Properties"]["MetricTransformations"][0]["MetricName"]: body["Properties"]
        for body in trail.of_type("AWS::Logs::MetricFilter").values()
    }
    assert '"*/fleetcharge-break-glass"' in filters["BreakGlassUsed"]["FilterPattern"]
    assert '"Root"' in filters["RootUsed"]["FilterPattern"]
    group = trail.only("AWS::CloudTrail::Trail")["CloudWatchLogsLogGroupArn"]["Fn::GetAtt"][0]
    alarms = {
        alarm["MetricName"]: alarm
        for body in trail.of_type("AWS::CloudWatch::Alarm").values()
        for alarm in (body["Properties"],)
        if alarm["Namespace"] != "AWS/SQS"
    }
    for alarm in alarms.values():
        assert filters[alarm["MetricName"]]["LogGroupName"] == {"Ref": group}
        assert alarm["Namespace"] == "Fleetcharge/Organization"
        assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (1, MINUTE, 1)
        assert alarm["AlarmActions"] == [{"Ref": next(iter(trail.of_type("AWS::SNS::Topic")))}]
        base, _, page = alarm["AlarmDescription"].rpartition(" ")[2].rpartition("/")
        assert base == fleet.organization.runbooks
        assert (RUNBOOKS / page).is_file(), page
    assert len(alarms) == len(filters) == 2
    assert trail.only("AWS::SNS::Subscription")["Endpoint"] == fleet.organization.on_call
