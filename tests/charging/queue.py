"""The queue in a process of its own, which may be killed; what it said yes to is in a file.

``python -m tests.charging.queue PORT FILE``
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contracts import events
from tests.charging import aws
from tests.charging.program import ROOT, free_port


class Queue:
    """Its address stays the same through its lives."""

    def __init__(self, kept: Path) -> None:
        self._port = free_port()
        self._kept = kept
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Of a program that is to use it."""
        endpoint = f"http://127.0.0.1:{self._port}"
        return {
            "AWS_ENDPOINT_URL_SQS": endpoint,
            "SESSION_EVENTS_QUEUE_URL": f"{endpoint}/000000000000/session-events",
            "SITE_SURPLUS_QUEUE_URL": f"{endpoint}/000000000000/site-surplus",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.charging.queue", str(self._port), str(self._kept)]
        self._process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 — our own module

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def events(self) -> list[events.SessionEvent]:
        """Once each, by their ids."""
        lines = self._kept.read_text().splitlines() if self._kept.exists() else []
        known = {event.id: event for event in map(events.decode, _whole(lines))}
        return list(known.values())


@contextmanager
def queue(folder: Path) -> Iterator[Queue]:
    queue = Queue(folder / "session-events")
    queue.start()
    try:
        yield queue
    finally:
        queue.kill()


def _whole(lines: list[str]) -> Iterator[str]:
    """What a kill has torn, or is just being written, nobody has heard yes to."""
    for line in lines:
        with suppress(json.JSONDecodeError):
            yield json.loads(line)


def _serve(port: int, kept: Path) -> None:
    def keep(bodies: list[str]) -> None:
        # The line break comes first: what a kill has torn cannot swallow the next line.
        lines = "".join(f"\n{json.dumps(body)}" for body in bodies)
        with kept.open("a") as file:
            file.write(lines)

    with aws.running(port, keep):
        signal.pause()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]))
