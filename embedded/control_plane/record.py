"""The records: resources that nothing stands behind, and those created without all they ask for.

A file of JSON lines each, one appended by a single write for each resource recorded or removed. A
line cut short by a crash is passed over; so is nothing else. Read by the deploy's summary.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, order=True)
class RecordedResource:
    """One resource of a stack, validated and named, but not created."""

    account: str
    region: str
    stack: str
    logical_id: str
    resource_type: str
    physical_id: str


@dataclass(frozen=True, order=True)
class PartlyReadResource(RecordedResource):
    """One that is created, by code that did not look at all that was deployed."""

    unread: tuple[str, ...] = ()
    """Paths of properties that were never read."""
    unread_changes: tuple[str, ...] = ()
    """Paths in properties that changed, not read when they did."""


Listed = TypeVar("Listed", bound=RecordedResource)


class _ResourceFile(Generic[Listed]):
    """Append and read; safe for several processes."""

    _kind: type[Listed]

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, resource: Listed) -> None:
        """Durable when it returns; takes the place of what was there for the resource."""
        self._append({"recorded": asdict(resource)})

    def remove(self, account: str, region: str, resource_type: str, physical_id: str) -> None:
        """The stack has the resource no longer; durable when it returns."""
        self._append({"removed": [account, region, resource_type, physical_id]})

    def resources(self) -> tuple[Listed, ...]:
        """Those that are there now, in the order of account, region, stack and logical id."""
        present: dict[tuple[str, ...], Listed] = {}
        for line in self._lines():
            if "recorded" in line:
                resource = self._kind(**{name: _read(v) for name, v in line["recorded"].items()})
                key = (
                    resource.account,
                    resource.region,
                    resource.resource_type,
                    resource.physical_id,
                )
                present[key] = resource
            else:
                present.pop(tuple(line["removed"]), None)
        return tuple(sorted(present.values()))

    def _append(self, line: dict[str, object]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            # The line break comes first: a torn line before this one cannot swallow it.
            os.write(descriptor, b"\n" + json.dumps(line).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        for text in self._path.read_text("utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


class RecordFile(_ResourceFile[RecordedResource]):
    """The resources that nothing stands behind."""

    _kind = RecordedResource


class UnreadFile(_ResourceFile[PartlyReadResource]):
    """The resources with properties that were never read."""

    _kind = PartlyReadResource


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
