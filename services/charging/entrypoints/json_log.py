"""Logs as one JSON object a line, for CloudWatch Logs."""

import json
import logging
import sys
from datetime import UTC, datetime

import msgspec

from contracts.tracing.spans import ids

_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__)


class JsonFormatter(logging.Formatter):
    """Level, time, logger and message, what the line is about, and the exception if there is one.

    A station that connects, and one that starts or stops, is a line: so this is to cost little.
    """

    def __init__(self) -> None:
        super().__init__()
        self._encoder = msgspec.json.Encoder(enc_hook=str)

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        about = {
            name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD
        }
        entry = {
            "level": record.levelname,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": record.getMessage(),
            "service": "charging",
            **ids(),
            **about,
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        try:
            return self._encoder.encode(entry).decode()
        except (UnicodeEncodeError, OverflowError):  # Half a character, or a number beyond 64 bits.
            return json.dumps(entry, default=str)


def log_as_json(level: str) -> None:
    """Everything the program logs, on standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    # No line tells its place in the code, its thread or its process: to find out is a fifth of it.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for chatty in ("websockets", "botocore", "psycopg.pool", "alembic", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
