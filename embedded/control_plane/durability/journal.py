"""The changes since the last snapshot, in the order in which they were made."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ministack.core import persistence

Change = dict[str, Any]


class Journal:
    """JSON lines in a folder, in numbered parts: one for each start and each snapshot.

    A snapshot is taken while others write. What they write meanwhile may be in it or not, so it
    stands in a part that is kept; to make a change again that was made must change nothing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._part = max(self._parts(), default=0)
        self._file = -1
        self.turn()

    def write(self, change: Change) -> None:
        """Outlives this process when it returns, however that ends; the machine's end may take it.

        To outlive that, too, costs 3 ms a change on the disk of a laptop.
        """
        line = json.dumps(change, default=persistence._json_default)
        with self._lock:
            os.write(self._file, line.encode() + b"\n")

    def turn(self) -> int:
        """Begin the part that is returned: what is written from now on stands there."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
            self._part += 1
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._file = os.open(self._path(self._part), flags, 0o600)
            return self._part

    def forget(self, before: int) -> None:
        """Everything that was written before that part is in a snapshot."""
        for part in self._parts():
            if part < before:
                self._path(part).unlink()

    def changes(self, of: str) -> Iterator[tuple[Any, Change]]:
        """Each change with this key, and the key's value; of the part now written, too."""
        for part in sorted(self._parts()):
            for line in self._path(part).read_bytes().splitlines():
                try:
                    change = json.loads(line, object_hook=persistence._json_object_hook)
                except ValueError:
                    continue  # cut short by the kill, so nobody heard that it was taken
                if of in change:
                    yield change[of], change

    def _parts(self) -> list[int]:
        return [int(path.stem) for path in self._folder.glob("*.jsonl")]

    def _path(self, part: int) -> Path:
        return self._folder / f"{part}.jsonl"
