"""What the program's log looks like."""

import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from services.charging.entrypoints.json_log import JsonFormatter


def written(message: str, *args: object, **extra: object) -> dict[str, Any]:
    logger = logging.getLogger("charging.test")
    exc_info = sys.exc_info() if sys.exc_info()[0] else None
    record = logger.makeRecord(
        logger.name, logging.WARNING, "file.py", 1, message, args, exc_info, extra=extra
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    assert datetime.fromisoformat(found.pop("timestamp")).tzinfo is not None
    return found


def test_a_line_says_what_it_is_about() -> None:
    assert written("not %s", "admitted", station_id="CP1", certified=None) == {
        "level": "WARNING",
        "logger": "charging.test",
        "message": "not admitted",
        "service": "charging",
        "station_id": "CP1",
        "certified": None,
    }


def test_whatever_is_told_is_one_line() -> None:
    found = written("\n\ud800", path=Path("/a"), number=2**70, nested={"a": ["\udfff"]})
    assert (found["message"], found["path"]) == ("\n\ud800", "/a")
    assert (found["number"], found["nested"]) == (2**70, {"a": ["\udfff"]})
    assert written("", path=Path("/a"))["path"] == "/a"


def test_an_exception_comes_with_its_trace() -> None:
    try:
        raise ValueError("too much")
    except ValueError:
        found = written("a handler failed")
    assert found["exception"].endswith("ValueError: too much")
    assert "Traceback" in found["exception"]
