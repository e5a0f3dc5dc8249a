"""Which events a rule hears, as EventBridge decides it."""

from typing import Any


def matches(pattern: Any, event: Any) -> bool:
    """Whether EventBridge takes an event, by those of its operators that rules of ours have."""
    if isinstance(pattern, dict) and "$or" in pattern:
        rest = {key: value for key, value in pattern.items() if key != "$or"}
        return matches(rest, event) and any(matches(one, event) for one in pattern["$or"])
    if isinstance(event, list):
        return any(matches(pattern, one) for one in event)
    if isinstance(pattern, dict):
        return all(
            isinstance(event, dict) and key in event and matches(value, event[key])
            for key, value in pattern.items()
        )
    return any(_one(choice, event) for choice in pattern)


def _one(choice: Any, value: Any) -> bool:
    match choice:
        case {"suffix": end}:
            return str(value).endswith(end)
        case {"anything-but": others}:
            return value not in others
        case {"numeric": [">", least]}:
            return bool(value > least)
    return bool(choice == value)
