"""What hurts users raises an alarm, reaches somebody, and says what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.environments import Environment, Fleet
from tests.stacks.assembly import Assembly, Template, values_of
from tests.stacks.events import matches

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
SERVICES = ("charging", "billing")


def alarms(assembly: Assembly) -> dict[str, Template]:
    """Those for people; autoscaling has some of its own, which call nobody."""
    return {
        place: body["Properties"]
        for place, body in assembly.of_type("AWS::CloudWatch::Alarm")
        if "ScalingPolicy" not in str(body["Properties"]["AlarmActions"])
    }


def watched(stack: str, assembly: Assembly) -> set[tuple[str, str]]:
    """The metrics of a stack's alarms, each with what its dimensions name."""
    return {
        (metric["MetricName"], _text(dimension["Value"]))
        for place, alarm in alarms(assembly).items()
        if place.startswith(f"{stack}/")
        for metric in (*values_of(alarm.get("Metrics"), "Metric"), alarm)
        if "MetricName" in metric
        for dimension in metric.get("Dimensions", ({"Value": ""},))
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_every_alarm_reaches_who_is_on_call(assembly: Assembly, environment: Environment) -> None:
    for stack in ("observability", "edge-monitoring"):
        told = assembly[stack].only("AWS::SNS::Subscription")
        assert (told["Protocol"], told["Endpoint"]) == ("email", environment.on_call)
    assert len(alarms(assembly)) >= 30
    for place, alarm in alarms(assembly).items():
        (action,) = alarm["AlarmActions"]
        assert "Alarms" in str(action), place


@pytest.mark.parametrize("stack", ["observability", "edge-monitoring"])
def test_cloudwatch_may_publish_to_the_topic_and_use_its_key(
    assembly: Assembly, stack: str, environment: Environment
) -> None:
    # A policy takes the place of SNS's own, by which the whole account may publish.
    topic = assembly[stack].only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    owner = "secrets" if stack == "observability" else stack
    key = assembly[owner].only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    for policy, needed in (
        (topic, {"sns:Publish"}),
        (key, {"kms:Decrypt", "kms:GenerateDataKey*"}),
    ):
        (allowed,) = (
            statement
            for statement in policy
            if statement["Effect"] == "Allow"
            and statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        )
        actions = allowed["Action"]
        assert set([actions] if isinstance(actions, str) else actions) == needed
        assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": environment.account}}


@pytest.mark.parametrize("stack", ["observability", "edge-monitoring"])
def test_a_mail_that_nobody_got_is_kept(
    assembly: Assembly, stack: str, environment: Environment
) -> None:
    (queue,) = assembly[stack].of_type("AWS::SQS::Queue")
    redrive = assembly[stack].only("AWS::SNS::Subscription")["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": [queue, "Arn"]}}
    owner = "secrets" if stack == "observability" else stack
    key = assembly[owner].only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (allowed,) = (one for one in key if one["Principal"] == {"Service": "sns.amazonaws.com"})
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": environment.account}}


def test_every_alarm_ends_with_the_address_of_a_runbook_that_exists(
    assembly: Assembly, fleet: Fleet
) -> None:
    for place, alarm in alarms(assembly).items():
        says, _, link = alarm["AlarmDescription"].rpartition(" ")
        base, _, page = link.rpartition("/")
        assert says.endswith("."), place
        assert base == fleet.organization.runbooks, place
        assert (RUNBOOKS / page).is_file(), f"{place}: {page} is no page of docs/runbooks"


def test_every_runbook_is_found_from_the_first_page() -> None:
    first = (RUNBOOKS / "README.md").read_text()
    for page in RUNBOOKS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in first, page.name


@pytest.mark.parametrize("service", SERVICES)
def test_every_entrance_is_watched_for_errors_slow_answers_and_health(
    assembly: Assembly, service: str
) -> None:
    groups = assembly[service].of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert groups
    seen = watched(service, assembly)
    for metric in ("HTTPCode_Target_5XX_Count", "TargetResponseTime", "UnHealthyHostCount"):
        for group in groups:
            assert any(m == metric and f'"{group}"' in what for m, what in seen), (metric, group)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_watched_for_what_it_uses_and_what_it_logs(
    assembly: Assembly, service: str
) -> None:
    metrics = {metric for metric, _ in watched(service, assembly)}
    assert {"CPUUtilization", "MemoryUtilization", f"{service}ErrorLines"} <= metrics
    counted = assembly[service].only("AWS::Logs::MetricFilter")
    assert counted["FilterPattern"] == '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'
    (options,) = (
        container["LogConfiguration"]["Options"]
        for container in assembly[service].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    )
    assert counted["LogGroupName"] == options["awslogs-group"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_deployment_is_rolled_back_by_the_alarms_of_its_entrances(
    assembly: Assembly, service: str
) -> None:
    deployment = assembly[service].only("AWS::ECS::Service")["DeploymentConfiguration"]
    condemning = {name["Ref"] for name in deployment["Alarms"]["AlarmNames"]}
    found = assembly[service].of_type("AWS::CloudWatch::Alarm")
    expected = {
        id_
        for id_, body in found.items()
        if body["Properties"].get("MetricName")
        in ("HTTPCode_Target_5XX_Count", "UnHealthyHostCount")
    }
    assert condemning == expected
    assert deployment["Alarms"]["Enable"] is deployment["Alarms"]["Rollback"] is True


def test_every_function_is_watched(assembly: Assembly) -> None:
    for place, _ in assembly.of_type("AWS::Lambda::Function"):
        stack, _, function = place.partition("/")
        for metric in ("Errors", "Throttles"):
            assert (metric, json.dumps({"Ref": function})) in watched(stack, assembly), place


def test_what_the_clock_calls_is_missed_when_it_falls_silent(assembly: Assembly) -> None:
    schedules = [
        (place, body["Properties"])
        for place, body in assembly.of_type("AWS::Events::Rule")
        if "ScheduleExpression" in body["Properties"]
    ]
    assert len(schedules) == 2
    for place, rule in schedules:
        stack = assembly[place.partition("/")[0]]
        (target,) = rule["Targets"]
        (function, _) = target["Arn"]["Fn::GetAtt"]
        (missed,) = (
            body["Properties"]
            for body in stack.of_type("AWS::CloudWatch::Alarm").values()
            if body["Properties"].get("TreatMissingData") == "breaching"
            and {"Name": "FunctionName", "Value": {"Ref": function}}
            in body["Properties"]["Dimensions"]
        )
        assert missed["MetricName"] == "Invocations"
        tries = stack.only("AWS::Lambda::EventInvokeConfig")
        assert tries["FunctionName"] == {"Ref": function}
        # Undelivered or failed: what was not done is in one place.
        set_aside = tries["DestinationConfig"]["OnFailure"]["Destination"]
        assert set_aside == target["DeadLetterConfig"]["Arn"]


def test_every_queue_is_watched_for_age_and_every_dead_letter(assembly: Assembly) -> None:
    for place, body in assembly.of_type("AWS::SQS::Queue"):
        stack, _, queue = place.partition("/")
        metric = (
            "ApproximateAgeOfOldestMessage"
            if "RedrivePolicy" in body["Properties"]
            else "ApproximateNumberOfMessagesVisible"
        )
        name = json.dumps({"Fn::GetAtt": [queue, "QueueName"]})
        assert (metric, name) in watched(stack, assembly), place


def test_common_stacks_are_watched(assembly: Assembly, environment: Environment) -> None:
    metrics = {metric for metric, _ in watched("monitoring", assembly)}
    assert metrics >= {
        "HTTPCode_ELB_5XX_Count",
        "ACUUtilization",
        "DatabaseConnections",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
    }
    assert ("DaysToExpiry" in metrics) == (environment.domain is not None)


def test_the_edge_is_watched_where_it_is_measured(
    assembly: Assembly, environment: Environment
) -> None:
    stack = assembly["edge-monitoring"]
    distribution = next(values_of(stack.template["Resources"], "Fn::GetStackOutput"))
    assert distribution["StackName"] == f"{assembly.environment}-hosting"
    metrics = {metric for metric, _ in watched("edge-monitoring", assembly)}
    assert {"Requests", "5xxErrorRate", "BlockedRequests"} <= metrics
    assert ("DaysToExpiry" in metrics) == (environment.domain is not None)
    firewall = assembly["edge"].only("AWS::WAFv2::WebACL")["VisibilityConfig"]["MetricName"]
    assert ("BlockedRequests", firewall) in watched("edge-monitoring", assembly)
    # An alarm calls only a topic of its own region.
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        (topic,) = alarm["Properties"]["AlarmActions"]
        assert topic["Ref"] in stack.of_type("AWS::SNS::Topic")


@pytest.mark.parametrize(
    ("counts", "heard"),
    [({"CRITICAL": 1, "LOW": 9}, True), ({"HIGH": 2}, True), ({"MEDIUM": 3}, False), ({}, False)],
)
def test_an_image_with_grave_vulnerabilities_is_told_of(
    assembly: Assembly, fleet: Fleet, counts: dict[str, int], heard: bool
) -> None:
    rule = assembly["monitoring"].only("AWS::Events::Rule")
    scanned = {
        "source": "aws.ecr",
        "detail-type": "ECR Image Scan",
        "detail": {"scan-status": "COMPLETE", "finding-severity-counts": counts},
    }
    assert matches(rule["EventPattern"], scanned) is heard
    (target,) = rule["Targets"]
    assert "Alarms" in str(target["Arn"])
    assert "DeadLetters" in str(target["DeadLetterConfig"])
    template = target["InputTransformer"]["InputTemplate"]
    assert template.endswith(f'{fleet.organization.runbooks}/vulnerable-image.md"')
    key = json.dumps(assembly["secrets"].only("AWS::KMS::Key")["KeyPolicy"])
    assert '"events.amazonaws.com"' in key
    assert '"events.amazonaws.com"' in json.dumps(
        assembly["observability"].only("AWS::SNS::TopicPolicy")
    )


def test_what_the_firewall_refuses_is_logged_without_what_lets_somebody_in(
    assembly: Assembly,
) -> None:
    stack = assembly["edge-monitoring"]
    logging = stack.only("AWS::WAFv2::LoggingConfiguration")
    (group,) = stack.of_type("AWS::Logs::LogGroup")
    assert stack.only("AWS::Logs::LogGroup")["LogGroupName"].startswith("aws-waf-logs-")
    (destination,) = logging["LogDestinationConfigs"]
    assert destination["Fn::Join"][1][-1] == {"Ref": group}
    assert logging["ResourceArn"]["Fn::GetStackOutput"]["StackName"].endswith("-edge")
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    assert set(values_of(logging["LoggingFilter"], "Action")) == {"BLOCK"}
    assert {field["SingleHeader"]["Name"] for field in logging["RedactedFields"]} == {
        "authorization",
        "cookie",
    }


def test_there_is_a_dashboard_for_the_environment_and_one_for_each_service(
    assembly: Assembly, environment: Environment
) -> None:
    dashboards = {
        body["Properties"]["DashboardName"]: _text(body["Properties"]["DashboardBody"])
        for _, body in assembly.of_type("AWS::CloudWatch::Dashboard")
    }
    name = assembly.environment
    services = (*SERVICES, "telemetry", *environment.supporting.images())
    if environment.supporting.search:
        services = (*services, "search")
    assert set(dashboards) == {name, *(f"{name}-{service}" for service in services)}
    for metric in ("ACUUtilization", "ActiveConnectionCount", "ApproximateAgeOfOldestMessage"):
        assert metric in dashboards[name]
    for service in SERVICES:
        for shown in ("RequestCount", "TargetResponseTime", "CPUUtilization", "Last errors"):
            assert shown in dashboards[f"{name}-{service}"]


def test_telemetry_is_watched_for_queries_that_fail_or_are_slow_and_for_silent_devices(
    assembly: Assembly,
) -> None:
    stack = assembly["telemetry"]
    (api,) = stack.of_type("AWS::AppSync::GraphQLApi")
    seen = watched("telemetry", assembly)
    for metric in ("5XXError", "Latency"):
        assert (metric, json.dumps({"Fn::GetAtt": [api, "ApiId"]})) in seen
    (silent,) = (
        body["Properties"]
        for body in stack.of_type("AWS::CloudWatch::Alarm").values()
        if "devices-silent" in body["Properties"]["AlarmDescription"]
    )
    (counted,) = values_of(silent["Metrics"], "Metric")
    # What the webhook writes of every device, and nothing of what it only receives.
    assert (counted["Namespace"], counted["MetricName"]) == ("AWS/Logs", "IncomingLogEvents")
    (group,) = (
        body["Properties"]["Environment"]["Variables"]["DEVICE_LOG_GROUP"]
        for body in stack.of_type("AWS::Lambda::Function").values()
        if "DEVICE_LOG_GROUP" in body["Properties"]["Environment"]["Variables"]
    )
    assert counted["Dimensions"] == [{"Name": "LogGroupName", "Value": group}]
    (expression,) = values_of(silent["Metrics"], "Expression")
    before = "(FILL(counted, 0) - DIFF(FILL(counted, 0)))"
    assert expression == f"IF({before} >= 100, 100 * (0 - DIFF(FILL(counted, 0))) / {before}, 0)"


def test_the_errors_of_all_functions_of_telemetry_are_one_saved_query(assembly: Assembly) -> None:
    stack = assembly["telemetry"]
    saved = stack.only("AWS::Logs::QueryDefinition")
    assert saved["Name"] == f"{assembly.environment}/telemetry/errors"
    assert "errorMessage" in saved["QueryString"]
    written = [
        body["Properties"]["LoggingConfig"]["LogGroup"]
        for body in stack.of_type("AWS::Lambda::Function").values()
    ]
    assert len(written) == 3
    assert saved["LogGroupNames"] == written
    body = _text(stack.only("AWS::CloudWatch::Dashboard")["DashboardBody"])
    for shown in ("IncomingLogEvents", "Last errors", "Throttles", "Webhook: milliseconds"):
        assert shown in body
