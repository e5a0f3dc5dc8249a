"""The record: every resource that a stack has and nothing stands behind.

A file of JSON lines, one appended by a single write for each resource recorded or removed. A line
cut short by a crash is passed over; so is nothing else. Read by the deploy's summary.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class RecordedResource:
    """One resource of a stack, validated and named, but not created."""

    account: str
    region: str
    stack: str
    logical_id: str
    resource_type: str
    physical_id: str


class RecordFile:
    """Append and read; safe for several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, resource: RecordedResource) -> None:
        """Durable when it returns."""
        self._append({"recorded": asdict(resource)})

    def remove(self, account: str, region: str, resource_type: str, physical_id: str) -> None:
        """The stack has the resource no longer; durable when it returns."""
        self._append({"removed": [account, region, resource_type, physical_id]})

    def resources(self) -> tuple[RecordedResource, ...]:
        """Those that are there now, in the order of account, region, stack and logical id."""
        present: dict[tuple[str, ...], RecordedResource] = {}
        for line in self._lines():
            if "recorded" in line:
                resource = RecordedResource(**line["recorded"])
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

    def _lines(self) -> Iterator[dict[str, dict[str, str]]]:
        if not self._path.exists():
            return
        for text in self._path.read_text("utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line
