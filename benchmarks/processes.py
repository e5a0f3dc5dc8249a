"""Processes under measurement: peers to compare with, and what a process used."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.charging.program import free_port
from tests.postgres import Database

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@contextmanager
def peer(module: str) -> Iterator[tuple[int, str]]:
    """A module of ours that serves stations at a port; its process and its address for them."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", module, str(port)])  # noqa: S603 — our own
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield process.pid, f"ws://127.0.0.1:{port}/ocpp"
    finally:
        process.kill()
        process.wait()


def cpu_seconds(process: int) -> float:
    """Of a process; not of its children."""
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / _TICK


def memory_kib(process: int) -> int:
    """Resident."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_KIB


def postmaster(database: Database) -> int:
    """The process that all processes of the database's server come from."""
    with psycopg.connect(database.conninfo) as connection:
        return int(_stat(connection.info.backend_pid)[1])


def cpu_seconds_of_children(process: int) -> float:
    """Of a process and its children, those that ended included."""
    fields = _stat(process)
    ended = (int(fields[13]) + int(fields[14])) / _TICK
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    running = 0.0
    for child in children:
        # It has just ended, before its file was opened or before it was read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            running += cpu_seconds(int(child))
    return cpu_seconds(process) + ended + running


def _stat(process: int) -> list[str]:
    """From the state on (proc(5), field 3)."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
