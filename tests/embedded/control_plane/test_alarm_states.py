"""An alarm looks at its own metric, period by period."""

import time
from typing import Any

import pytest

from tests.embedded.control_plane.conftest import ControlPlane

pytestmark = pytest.mark.integration

MINUTE = 60


class _Metric:
    """One metric of two functions, and an alarm on the first's: in two of three minutes."""

    def __init__(self, control_plane: ControlPlane, name: str) -> None:
        self._client = control_plane.client("cloudwatch")
        self._name = name
        self._now = time.time() // MINUTE * MINUTE
        self._client.put_metric_alarm(
            AlarmName=name,
            Namespace=name,
            MetricName="Errors",
            Dimensions=[{"Name": "Function", "Value": "first"}],
            Statistic="Sum",
            Period=MINUTE,
            EvaluationPeriods=3,
            DatapointsToAlarm=2,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )

    def fails(self, function: str, *, minutes_ago: int = 0) -> None:
        datum: dict[str, Any] = {
            "MetricName": "Errors",
            "Dimensions": [{"Name": "Function", "Value": function}],
            "Timestamp": self._now - minutes_ago * MINUTE,
            "Value": 1,
        }
        self._client.put_metric_data(Namespace=self._name, MetricData=[datum])

    @property
    def state(self) -> str:
        (alarm,) = self._client.describe_alarms(AlarmNames=[self._name])["MetricAlarms"]
        state: str = alarm["StateValue"]
        return state


def test_the_errors_of_another_function_do_not_ring(control_plane: ControlPlane) -> None:
    metric = _Metric(control_plane, "another")
    metric.fails("second")
    metric.fails("second", minutes_ago=1)
    assert metric.state == "INSUFFICIENT_DATA"


def test_as_many_periods_ring_as_the_alarm_asks_for(control_plane: ControlPlane) -> None:
    metric = _Metric(control_plane, "periods")
    metric.fails("first")
    metric.fails("first")
    assert metric.state == "OK"
    metric.fails("first", minutes_ago=1)
    assert metric.state == "ALARM"
