"""The process of a container: started so that it dies with the control plane, stopped politely."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_POLL_SECONDS = 0.1

_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="container-spawner")
"""Children die with the *thread* that started them (prctl(2)), so it is one that always lives."""


@dataclass(frozen=True)
class Program:
    """What a container runs."""

    command: list[str]
    environment: Mapping[str, str]
    working_dir: Path
    output: Path
    """Where standard output and error go."""
    user: str = "-"
    """Who it runs as; ``-`` for the user of the control plane."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What it gets when the control plane dies."""


class ContainerProcess:
    """A started `Program`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._popen = _spawner.submit(self._spawn).result()

    @property
    def exit_code(self) -> int | None:
        """As Docker has it: 128 and the signal's number for a killed one; None while it runs."""
        code = self._popen.poll()
        return 128 - code if code is not None and code < 0 else code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; returns the exit code; raises `subprocess.TimeoutExpired`."""
        self._popen.wait(timeout)
        return self.exit_code or 0

    def stop(self, seconds: float) -> None:
        """Ask it to end, and kill all that is left of it after `seconds`."""
        self._popen.send_signal(self._program.stop_signal)
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self._kill_group()

    def kill(self) -> None:
        """End it and its children at once."""
        self._kill_group()
        self._popen.kill()
        self._popen.wait()

    def lines(self) -> Iterator[bytes]:
        """Output by whole lines as it comes, until the process has ended."""
        with self._program.output.open("rb") as output:
            rest = b""
            while True:
                ended = self._popen.poll() is not None
                whole, newline, rest = (rest + output.read()).rpartition(b"\n")
                if newline:
                    yield whole + newline
                if ended:
                    if rest:
                        yield rest
                    return
                try:
                    self._popen.wait(_POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    continue

    def _spawn(self) -> subprocess.Popen[bytes]:
        program = self._program
        program.output.parent.mkdir(parents=True, exist_ok=True)
        with program.output.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 — the deployed command
                [
                    *(sys.executable, "-I", "-S", str(_LAUNCHER)),
                    *(str(int(program.death_signal)), str(os.getpid()), program.user),
                    *program.command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(program.environment),
                cwd=program.working_dir,
                start_new_session=True,
            )

    def _kill_group(self) -> None:
        try:
            os.killpg(self._popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
