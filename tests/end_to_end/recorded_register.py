"""The register of what the embedded AWS does not carry out, as a page of the docs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from embedded.control_plane.record import PartlyReadResource, RecordedResource
from stacks.environments import ORGANIZATION

_HEAD = """# What the embedded AWS only records

Written by `tests/end_to_end/test_every_stage.py`, which deploys every stage to it, then changes
each resource in place: its tags, and one property more (`tests/end_to_end/changed_properties.py`).

## Resources

A resource of these types is checked against its official schema, has identifiers that can be
referred to, and is updated and deleted with its stack; nothing runs behind it.

| type | in the stacks |
| --- | --- |
"""
_PROPERTIES = """
## Properties

Resources of these types are created, by code that never looks at these properties.

| type | property | in the stacks |
| --- | --- | --- |
"""
_UNCHANGED = """
## Changes

Of these types no property but tags is changed in place.

| type | why |
| --- | --- |
"""


def register(
    recorded: Iterable[RecordedResource],
    partly_read: Iterable[PartlyReadResource],
    unchanged: Mapping[str, str],
) -> str:
    """One line for each type or property; a stack that every environment has stands there once."""
    types: dict[str, set[str]] = defaultdict(set)
    for resource in recorded:
        types[f"`{resource.resource_type}`"].add(_stack(resource))
    properties: dict[str, set[str]] = defaultdict(set)
    for partly in partly_read:
        for name in _unread(partly):
            properties[f"`{partly.resource_type}` | {name}"].add(_stack(partly))
    reasons = [f"| `{name}` | {why} |\n" for name, why in sorted(unchanged.items())]
    parts = (_HEAD, *_lines(types), _PROPERTIES, *_lines(properties), _UNCHANGED, *reasons)
    return "".join(parts)


def _stack(resource: RecordedResource) -> str:
    stage, _, stack = resource.stack.partition("-")
    return stack if stack and stage != ORGANIZATION else resource.stack


def _unread(resource: PartlyReadResource) -> Iterator[str]:
    yield from (f"`{path}`" for path in resource.unread)
    yield from (f"`{path}`, when it changes" for path in resource.unread_changes)


def _lines(found: dict[str, set[str]]) -> Iterator[str]:
    for name, stacks in sorted(found.items()):
        yield f"| {name} | {', '.join(f'`{stack}`' for stack in sorted(stacks))} |\n"
