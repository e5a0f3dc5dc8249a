"""The machine's clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)
