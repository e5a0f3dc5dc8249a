"""OCPP 1.6 and its security white paper: every message, its direction, and the tests that show it.

``python -m tests.charging.conformance`` writes the table into the docs.
"""

from pathlib import Path

from services.charging.domain.ocpp16.commands import REQUESTS
from tests.charging.examples import COMMANDS, MESSAGES
from tests.charging.official import OCPP_1_6

PAGE = Path(__file__).parents[2] / "docs" / "ocpp-1.6-messages.md"

_HEAD = """# OCPP 1.6 messages

Written by `python -m tests.charging.conformance`; a test holds it up to date. The types of every
message and of its answer are held equal to the official schemas by
`tests/charging/test_messages.py`. The tests below speak each message to the central system and
check both sides against the official schemas.

| message | direction | test |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    rows = [_row(name) for name in OCPP_1_6.names if not name.endswith("Response")]
    return _HEAD + "".join(rows)


def _row(name: str) -> str:
    directions, tests = [], []
    if name in MESSAGES:
        directions.append("from the station")
        tests.append(f"`test_station_messages.py[{name}]`")
    if name in REQUESTS and name in COMMANDS:
        directions.append("to the station")
        tests.append(f"`test_commands.py[{name}]`")
    return f"| {name} | {', '.join(directions) or 'missing'} | {', '.join(tests)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
