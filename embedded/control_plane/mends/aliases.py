"""An alias divides its calls by weight, and each call is counted: for function, alias and version.

MiniStack calls the first version of an alias whatever the weights, and counts the calls of the
API's ``Invoke`` alone, for the function as a whole: nobody sees that a new version fails. By
``Invoke`` an alias still calls its first version.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch, lambda_svc

Properties = dict[str, Any]
_CALLED_BY = "_alias"
"""In the record of a version that is called: by which alias."""
_DIVIDED = "_divided"
"""Whether the alias had two versions then."""


def mend() -> None:
    """Call before any function runs."""
    _divide()
    _count()


def _divide() -> None:
    theirs = lambda_svc._effective_func_record_for_qualifier

    def called(function: Properties | None, qualifier: str | None) -> Any:
        alias = (function or {}).get("aliases", {}).get(qualifier)
        if alias is None:
            return theirs(function, qualifier)
        version, divided = _drawn(alias)
        record, configuration = theirs(function, version)
        if record is not None:
            record = {**record, _CALLED_BY: qualifier, _DIVIDED: divided}
        return record, configuration

    lambda_svc._effective_func_record_for_qualifier = called


def _drawn(alias: Properties) -> tuple[str, bool]:
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    drawn = random.random()  # noqa: S311 — no secret
    for version, weight in weights.items():
        if drawn < weight:
            return version, True
        drawn -= weight
    return alias["FunctionVersion"], bool(weights)


def _count() -> None:
    dispatch, emit = lambda_svc._execute_function_dispatch, lambda_svc._emit_lambda_metrics

    def dispatched(record: Properties, configuration: Properties, *rest: Any) -> Any:
        begun = time.monotonic()
        result = dispatch(record, configuration, *rest)
        counts = {
            "Invocations": (1, "Count"),
            "Errors": (1 if result.get("error") else 0, "Count"),
            "Throttles": (0, "Count"),
            "Duration": ((time.monotonic() - begun) * 1000, "Milliseconds"),
        }
        for dimensions in _dimensions(record, configuration):
            for metric, (value, unit) in counts.items():
                cloudwatch.record_metric("AWS/Lambda", metric, value, unit, dimensions)
        return result

    def turned_away(name: str, duration_ms: float, *, error: bool, throttle: bool) -> None:
        if throttle:
            emit(name, duration_ms, error, throttle)

    lambda_svc._execute_function_dispatch = dispatched
    lambda_svc._emit_lambda_metrics = turned_away


def _dimensions(record: Properties, configuration: Properties) -> Iterator[dict[str, str]]:
    """Those of "Dimensions for function metrics" in AWS's Lambda guide."""
    function = {"FunctionName": configuration["FunctionName"]}
    yield function
    if alias := record.get(_CALLED_BY):
        called = {**function, "Resource": f"{function['FunctionName']}:{alias}"}
        yield called
        if record[_DIVIDED]:
            yield {**called, "ExecutedVersion": configuration["Version"]}
