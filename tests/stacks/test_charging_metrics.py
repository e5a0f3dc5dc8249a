"""What the program counts is what its stack shows and watches."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from contracts import charging_metrics
from contracts.charging_metrics import OF_A_NODE, OF_ANSWERS
from services.charging.adapters.metrics_log import lines
from services.charging.application.conversation import Direction, MessageKind
from services.charging.application.metrics import AnswerKind, Answers, Counted, Standing
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, values_of

Identity = tuple[str, str, frozenset[tuple[str, str]]]
"""As CloudWatch tells metrics apart: namespace, name, dimensions."""

EVERYTHING = Counted(
    {
        AnswerKind(direction, "Heartbeat", result): Answers(1, [0.1])
        for direction in Direction
        for result in (MessageKind.RESULT, MessageKind.ERROR)
    },
    malformed=1,
)


def written() -> list[dict[str, Any]]:
    standing, now = Standing(1, 1.0, 1.0, 1, 1, 1), datetime.now(UTC)
    return list(lines(EVERYTHING, connections=1, standing=standing, at=now, authority_ends=now))


def directives() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for line in written():
        for directive in line["_aws"]["CloudWatchMetrics"]:
            yield line, directive


def made() -> set[Identity]:
    return {
        (
            directive["Namespace"],
            metric["Name"],
            frozenset((name, line[name]) for name in dimensions),
        )
        for line, directive in directives()
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def ours(namespace: object) -> bool:
    return namespace == charging_metrics.NAMESPACE


def alarms(assembly: Assembly) -> dict[str, Any]:
    """The alarms on what charging counts, by the last word of their runbook's address."""
    return {
        alarm["AlarmDescription"].rpartition("/")[2]: alarm
        for body in assembly["charging"].of_type("AWS::CloudWatch::Alarm").values()
        for alarm in (body["Properties"],)
        if any(ours(namespace) for namespace in values_of(alarm, "Namespace"))
    }


def metrics_of(alarm: dict[str, Any]) -> Iterator[Identity]:
    single = [alarm] if "MetricName" in alarm else []
    for metric in (*single, *values_of(alarm.get("Metrics"), "Metric")):
        dimensions = frozenset((each["Name"], each["Value"]) for each in metric["Dimensions"])
        yield metric["Namespace"], metric["MetricName"], dimensions


def dashboard(assembly: Assembly) -> list[dict[str, Any]]:
    """The widgets; what only the deployment knows is left out."""
    body = assembly["charging"].only("AWS::CloudWatch::Dashboard")["DashboardBody"]
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    text = "".join(part if isinstance(part, str) else "x" for part in parts)
    widgets: list[dict[str, Any]] = json.loads(text)["widgets"]
    return widgets


def shown(assembly: Assembly) -> Iterator[Identity]:
    for widget in dashboard(assembly):
        for row in widget["properties"].get("metrics", ()):
            if ours(row[0]):
                words = [word for word in row[2:] if isinstance(word, str)]
                dimensions = frozenset(zip(words[::2], words[1::2], strict=True))
                yield row[0], row[1], dimensions


def test_every_metric_of_the_contract_is_written_in_its_unit() -> None:
    units = {
        metric["Name"]: metric["Unit"]
        for _, directive in directives()
        for metric in directive["Metrics"]
    }
    assert units == dict((*OF_A_NODE, *OF_ANSWERS))


def test_no_alarm_listens_for_what_the_program_never_says(assembly: Assembly) -> None:
    found = alarms(assembly)
    heard = {identity for alarm in found.values() for identity in metrics_of(alarm)}
    assert heard
    assert heard <= made()


def test_the_dashboard_shows_what_the_program_says_and_nothing_else(assembly: Assembly) -> None:
    metrics = set(shown(assembly))
    assert metrics <= made()
    assert {name for _, name, _ in metrics} >= {metric.name for metric in OF_A_NODE}


def test_the_dashboard_looks_answers_up_by_the_dimensions_that_they_have(
    assembly: Assembly,
) -> None:
    searches = [
        expression
        for widget in dashboard(assembly)
        for expression in values_of(widget, "expression")
        if "SEARCH" in expression
    ]
    assert len(searches) == len(Direction)
    for search in searches:
        found = re.search(r'\{([^}]*)\} MetricName="(\w+)" direction="(\w+)"', search)
        assert found, search
        namespace, *dimensions = found[1].split(",")
        assert any(
            (namespace, found[2]) == (space, name)
            and set(dimensions) == {dimension for dimension, _ in values}
            and ("direction", found[3]) in values
            for space, name, values in made()
        ), search


def test_users_are_not_the_first_to_notice(assembly: Assembly, environment: Environment) -> None:
    expected = {
        "stations-refused.md",
        "stations-not-admitted.md",
        "service-slow.md",
        "events-not-relayed.md",
        "commands-forgotten.md",
        "station-certificates.md",
        "station-authority.md",
    }
    if environment.hours is None:
        expected.add("stations-lost.md")
    assert set(alarms(assembly)) == expected
