import importlib
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import lambdas.telemetry
from lambdas.telemetry.adapters.graphql import (
    BadArgumentsError,
    Controllers,
    NotAllowedError,
    Resolvers,
    answer,
)
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.history import BadWindowError, Histories
from tests.telemetry.documents import DEVICE, RECEIVED_AT, document

pytestmark = pytest.mark.integration

NO_CONTROLLERS = cast("Controllers", None)
SCHEMA = (Path(lambdas.telemetry.__file__).parent / "schema.graphql").read_text()


def event(field: str, groups: object = ("operator",), **arguments: object) -> dict[str, Any]:
    """What AppSync sends to a direct Lambda resolver."""
    return {
        "arguments": arguments,
        "identity": {"sub": "s-1", "claims": {"sub": "s-1", "cognito:groups": groups}},
        "info": {"fieldName": field, "parentTypeName": "Query", "variables": {}},
    }


@pytest.fixture
def resolve(table: TelemetryTable) -> Callable[[dict[str, Any]], Any]:
    resolvers = Resolvers(Histories(table, clock=lambda: RECEIVED_AT), NO_CONTROLLERS)
    return lambda asked: json.loads(json.dumps(resolvers(asked)))


Resolve = Callable[[dict[str, Any]], Any]


def test_the_last_24_hours_are_answered_by_default(table: TelemetryTable, resolve: Resolve) -> None:
    times = ["2026-11-20T11:59:59Z", "2026-11-20T12:00:00Z", "2026-11-21T11:59:59.5Z"]
    table.store([document(t, solar_power_w=-2.7098, fault_codes=[7]) for t in times], RECEIVED_AT)
    history = resolve(event("deviceHistory", deviceId=DEVICE))
    assert history["from"] == "2026-11-20T12:00:00Z"
    assert history["until"] == "2026-11-21T12:00:00Z"
    assert [s["publishedAt"] for s in history["samples"]] == [
        "2026-11-20T12:00:00Z",
        "2026-11-21T11:59:59.500000Z",
    ]
    assert history["samples"][0]["solarPowerW"] == -2.7098
    assert history["rollup"]["sampleCount"] == 2
    assert [hour["from"] for hour in history["hours"]] == [
        "2026-11-20T12:00:00Z",
        "2026-11-21T11:00:00Z",
    ]


def test_a_time_frame_with_offsets_is_answered_in_utc(
    table: TelemetryTable, resolve: Resolve
) -> None:
    table.store([document("2026-10-25T02:30:00+01:00")], RECEIVED_AT)
    history = resolve(
        event(
            "deviceHistory",
            deviceId=DEVICE,
            **{"from": "2026-10-25T02:00:00+01:00", "until": "2026-10-25T03:00:00+01:00"},
        )
    )
    assert history["from"] == "2026-10-25T01:00:00Z"
    assert [s["publishedAt"] for s in history["samples"]] == ["2026-10-25T01:30:00Z"]


def test_a_device_that_is_silent_or_unknown_has_an_empty_history(resolve: Resolve) -> None:
    history = resolve(event("deviceHistory", deviceId="nobody", **{"from": None, "until": None}))
    assert (history["samples"], history["hours"], history["rollup"]["sampleCount"]) == ([], [], 0)
    assert resolve(event("deviceStatus", deviceId="nobody")) is None


def test_the_latest_status_is_the_newest_however_late_others_arrive(
    table: TelemetryTable, resolve: Resolve
) -> None:
    table.store([document("2026-08-01T00:01:00Z", state="running")], RECEIVED_AT)
    table.store([document("2026-08-01T00:00:00Z", state="starting")], RECEIVED_AT)
    table.store([document("2026-07-31T23:59:00Z", state="off")], RECEIVED_AT)
    latest = resolve(event("deviceStatus", deviceId=DEVICE))
    assert (latest["state"], latest["publishedAt"]) == ("running", "2026-08-01T00:01:00Z")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-21T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("2026-11-01T00:00:00Z", "2026-11-08T00:00:01Z"),
    ],
)
def test_a_time_frame_that_is_none_or_too_long_is_refused(
    resolve: Resolve, start: str, end: str
) -> None:
    with pytest.raises(BadWindowError, match="by at most 7 days"):
        resolve(event("deviceHistory", deviceId=DEVICE, **{"from": start, "until": end}))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({}, "deviceId"), ({"deviceId": DEVICE, "from": "2026-11-21T00:00:00"}, "from")],
)
def test_bad_arguments_are_named(
    resolve: Resolve, arguments: dict[str, object], named: str
) -> None:
    with pytest.raises(BadArgumentsError, match=named):
        resolve(event("deviceHistory", **arguments))


@pytest.mark.parametrize("groups", [None, [], ["customer"], ["partner", "dealer"], ["operators"]])
def test_who_owns_no_device_sees_none(resolve: Resolve, groups: object) -> None:
    with pytest.raises(NotAllowedError):
        resolve(event("deviceStatus", groups, deviceId=DEVICE))


def test_a_caller_without_an_identity_sees_none(resolve: Resolve) -> None:
    with pytest.raises(NotAllowedError):
        resolve(event("deviceStatus", deviceId=DEVICE) | {"identity": None})


def test_a_refusal_is_no_failure_of_the_function(table: TelemetryTable) -> None:
    resolvers = Resolvers(Histories(table, clock=lambda: RECEIVED_AT), NO_CONTROLLERS)
    assert answer(resolvers, event("deviceStatus", deviceId=DEVICE)) == {"value": None}
    window = {"from": "2026-11-21T00:00:00Z", "until": "2026-11-20T00:00:00Z"}
    for asked, type_ in (
        (event("deviceStatus", ["customer"], deviceId=DEVICE), "NotAllowedError"),
        (event("deviceStatus"), "BadArgumentsError"),
        (event("deviceHistory", deviceId=DEVICE, **window), "BadWindowError"),
    ):
        refused = cast("dict[str, str]", answer(resolvers, asked)["refused"])
        assert refused["type"] == type_
        assert refused["message"]


def test_the_answer_has_the_fields_of_the_schema(table: TelemetryTable, resolve: Resolve) -> None:
    table.store([document()], RECEIVED_AT)
    history = resolve(event("deviceHistory", deviceId=DEVICE))
    assert set(history) == fields_of("DeviceHistory")
    assert set(history["samples"][0]) == fields_of("DeviceStatus")
    assert set(history["rollup"]) == fields_of("Rollup")
    resolvers = Resolvers(Histories(table, clock=lambda: RECEIVED_AT), NO_CONTROLLERS)
    assert set(resolvers._fields) == fields_of("Query") | fields_of("Mutation")


def fields_of(type_name: str) -> set[str]:
    [body] = re.findall(rf"^type {type_name} {{\n(.*?)\n}}", SCHEMA, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^  (\w+)", body, re.MULTILINE))


def test_the_handler_reads_its_settings_and_answers(
    table: TelemetryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    table.store([document((now - timedelta(minutes=1)).isoformat())], now)
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("TABLE_NAME", "fleet")
    monkeypatch.delitem(sys.modules, "lambdas.telemetry.query", raising=False)
    handler = importlib.import_module("lambdas.telemetry.query").handler
    history = handler(event("deviceHistory", deviceId=DEVICE), None)["value"]
    assert len(history["samples"]) == 1
