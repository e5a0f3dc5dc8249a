"""The register of what the embedded AWS only records, as a page of the docs."""

from collections import defaultdict
from collections.abc import Iterable

from embedded.control_plane.record import RecordedResource
from stacks.environments import ORGANIZATION

_HEAD = """# What the embedded AWS only records

Written by `tests/end_to_end/test_every_stage.py`, which deploys every stage to it. A resource of
these types is checked against its official schema, has identifiers that can be referred to, and is
updated and deleted with its stack; nothing runs behind it.

| type | in the stacks |
| --- | --- |
"""


def register(recorded: Iterable[RecordedResource]) -> str:
    """One line for each type; a stack that every environment has stands there once."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource in recorded:
        stage, _, stack = resource.stack.partition("-")
        found[resource.resource_type].add(stack if stage != ORGANIZATION else resource.stack)
    lines = (
        f"| `{name}` | {', '.join(f'`{stack}`' for stack in sorted(stacks))} |\n"
        for name, stacks in sorted(found.items())
    )
    return _HEAD + "".join(lines)
