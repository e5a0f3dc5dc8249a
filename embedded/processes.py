"""The processes of one machine, found without any list of them.

Every process is started with two environment variables that its children inherit: which machine
it belongs to (its state folder) and what it is. Reading them back from ``/proc`` finds all that
was started, also when whoever started it was killed and could note nothing.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MACHINE = "EMBEDDED_AWS_MACHINE"
ROLE = "EMBEDDED_AWS_ROLE"

CONTROL_PLANE = "control plane"
FRONT_DOOR = "front door"
CONTAINER = "container"
DATABASE = "database"

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """A process of a machine."""

    pid: int
    role: str


def marker(machine: Path, role: str) -> dict[str, str]:
    """The variables that mark a process."""
    return {MACHINE: str(machine.resolve()), ROLE: role}


def start(
    command: list[str], *, machine: Path, role: str, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one, in a session of its own; output goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 — commands are the machine's own
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment, **marker(machine, role)},
            cwd=machine,
            start_new_session=True,
        )


def find(machine: Path, *roles: str) -> list[Process]:
    """Every living process of the machine, of these roles or of all."""
    wanted = f"{MACHINE}={machine.resolve()}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:  # ended meanwhile, or another user's
            continue
        if dead or wanted not in variables:
            continue
        prefix = f"{ROLE}=".encode()
        role = next((v[len(prefix) :].decode() for v in variables if v.startswith(prefix)), "")
        if not roles or role in roles:
            found.append(Process(int(entry.name), role))
    return found


def send(processes: Iterable[Process], number: signal.Signals) -> None:
    """Send a signal to each that still lives."""
    for process in processes:
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            continue


def wait_for_end(machine: Path, *roles: str, seconds: float) -> list[Process]:
    """Wait until no process of these roles is left; returns those left when time is up."""
    deadline = time.monotonic() + seconds
    while left := find(machine, *roles):
        if time.monotonic() > deadline:
            return left
        time.sleep(_POLL_SECONDS)
    return []
