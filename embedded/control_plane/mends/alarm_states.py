"""An alarm looks at its own metric, period by period.

MiniStack's looks at every metric of the name, whatever the dimensions, and takes all periods as
one: the errors of one function ring for all of them, and one error is three minutes in a row.
"""

import time
from typing import Any

from ministack.services import cloudwatch

Properties = dict[str, Any]
_PASSED = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
_MISSING = {"breaching": True, "notBreaching": False}


def mend() -> None:
    """Other comparisons, of anomaly detection, stay MiniStack's."""
    theirs = cloudwatch._evaluate_alarm

    def evaluate(alarm: Properties) -> None:
        if alarm.get("ComparisonOperator") in _PASSED:
            _evaluate(alarm)
        else:
            theirs(alarm)

    cloudwatch._evaluate_alarm = evaluate


def _evaluate(alarm: Properties) -> None:
    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    metric = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(metric)
    if not points:
        return
    passed = [_passed(alarm, of_period) for of_period in _by_period(alarm, points)]
    if passed.count(True) >= int(alarm.get("DatapointsToAlarm") or len(passed)):
        state = "ALARM"
    elif passed.count(None) == len(passed):
        if alarm.get("TreatMissingData") == "ignore":
            return
        state = "INSUFFICIENT_DATA"
    else:
        state = "OK"
    _change(alarm, state, f"{passed.count(True)} of {len(passed)} periods passed the threshold")


def _by_period(alarm: Properties, points: list[Properties]) -> list[list[Properties]]:
    """The newest first, which is not over yet."""
    length = int(alarm.get("Period", 60))
    newest = int(time.time()) // length
    found: list[list[Properties]] = [[] for _ in range(int(alarm.get("EvaluationPeriods", 1)))]
    for point in points:
        age = newest - int(point["Timestamp"]) // length
        if 0 <= age < len(found):
            found[age].append(point)
    return found


def _passed(alarm: Properties, points: list[Properties]) -> bool | None:
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    value = points and cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    if not points or value is None:
        return _MISSING.get(alarm.get("TreatMissingData", "missing"))
    return bool(_PASSED[alarm["ComparisonOperator"]](value, alarm.get("Threshold", 0)))


def _change(alarm: Properties, state: str, reason: str) -> None:
    before = alarm["StateValue"]
    if before == state:
        return
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
