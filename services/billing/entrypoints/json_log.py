"""Logs as one JSON object a line, for CloudWatch Logs Insights."""

import json
import logging
import sys
from datetime import UTC, datetime

from contracts.tracing.spans import ids

_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__)


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, what the line is about and, if there is one, the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": "billing",
            **ids(),
        }
        entry |= {
            name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def log_as_json(level: str) -> None:
    """Everything the program logs, on standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
