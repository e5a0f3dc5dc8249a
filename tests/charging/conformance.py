"""Every message of both versions of OCPP, its direction, and the tests that show it.

``python -m tests.charging.conformance`` writes the tables into the docs.
"""

import sys
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from services.charging.domain.ocpp16.version import OCPP_1_6 as OCPP_1_6_VERSION
from services.charging.domain.ocpp201.version import OCPP_2_0_1 as OCPP_2_0_1_VERSION
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from tests.charging import examples
from tests.charging.ocpp201 import command_examples
from tests.charging.ocpp201 import examples as examples201
from tests.charging.official import OCPP_1_6, OCPP_2_0_1, OfficialSchemas
from tests.charging.test_messages import OCPP16, OCPP201

_DOCS = Path(__file__).parents[2] / "docs"

_HEAD = """# {title} messages

Written by `python -m tests.charging.conformance`; a test holds it up to date. The types of every
message and of its answer are held equal to the official schemas by
`tests/charging/test_messages.py`. The tests below, in `{folder}`, speak each message
to the central system and check both sides against the official schemas.

| message | {block}direction | test |
| --- | {line}--- | --- |
"""


@dataclass(frozen=True)
class Conformance:
    """The messages of one version."""

    title: str
    file: str
    folder: str
    version: Version
    schemas: OfficialSchemas
    types: Mapping[str, type[Message]]
    messages: Set[str]
    """What stations send, as far as there is an example."""
    commands: Set[str]
    """What the central system sends, as far as there is an example."""

    @property
    def path(self) -> Path:
        return _DOCS / self.file

    def page(self) -> str:
        """The whole page."""
        names = [name.removesuffix("Request") for name in self.schemas.names]
        names = [name for name in names if not name.endswith("Response")]
        head = _HEAD.format(
            title=self.title,
            folder=self.folder,
            block="block | " if any(map(self._block, names)) else "",
            line="--- | " if any(map(self._block, names)) else "",
        )
        rows = map(self._row, sorted(names, key=lambda name: (self._block(name), name)))
        return head + "".join(rows)

    def _block(self, name: str) -> str:
        """A letter and its title, in OCPP 2.0.1."""
        doc = sys.modules[self.types[name].__module__].__doc__ or ""
        _, _, block = doc.partition(", block ")
        return block[:1]

    def _row(self, name: str) -> str:
        directions, tests = [], []
        if name in self.messages:
            directions.append("from the station")
            tests.append(f"`test_station_messages.py[{name}]`")
        if name in self.version.requests and name in self.commands:
            directions.append("to the station")
            tests.append(f"`test_commands.py[{name}]`")
        block = f"{self._block(name)} | " if self._block(name) else ""
        directions = directions or ["missing"]
        return f"| {name} | {block}{', '.join(directions)} | {', '.join(tests)} |\n"


CONFORMANCE = (
    Conformance(
        title="OCPP 1.6",
        file="ocpp-1.6-messages.md",
        folder="tests/charging",
        version=OCPP_1_6_VERSION,
        schemas=OCPP_1_6,
        types=OCPP16,
        messages=examples.MESSAGES.keys(),
        commands=examples.COMMANDS.keys(),
    ),
    Conformance(
        title="OCPP 2.0.1",
        file="ocpp-2.0.1-messages.md",
        folder="tests/charging/ocpp201",
        version=OCPP_2_0_1_VERSION,
        schemas=OCPP_2_0_1,
        types=OCPP201,
        messages=examples201.MESSAGES.keys(),
        commands=command_examples.COMMANDS.keys(),
    ),
)


if __name__ == "__main__":
    for conformance in CONFORMANCE:
        conformance.path.write_text(conformance.page())
