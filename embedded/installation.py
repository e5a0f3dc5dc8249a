"""The virtual environment of MiniStack, which pins other versions than the project does.

It is made from ``embedded/requirements.txt`` with hashes, and made again when that file or the
interpreter changes.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.txt")


class InstallationError(Exception):
    """The virtual environment could not be made; carries what the installer said."""


def uv_program() -> str:
    """The installer beside this interpreter, or on the search path."""
    beside = Path(sys.executable).parent
    found = shutil.which("uv", path=os.pathsep.join([str(beside), os.environ.get("PATH", "")]))
    if found is None:
        raise InstallationError(f"uv is neither in {beside} nor on PATH: run `make setup`")
    return found


def base_interpreter() -> Path:
    """The interpreter behind the one that runs, outside of any virtual environment."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def install(folder: Path) -> bool:
    """Make or renew the virtual environment in `folder`; returns whether there was work.

    Raises `InstallationError`.
    """
    interpreter = base_interpreter()
    wanted = hashlib.sha256(LOCK.read_bytes() + str(interpreter).encode()).hexdigest()
    stamp = folder / ".installed"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if stamp.is_file() and stamp.read_text() == wanted:
            return False
        _run("venv", "--clear", "--python", str(interpreter), str(folder))
        _run(
            *("pip", "install", "--python", str(folder / "bin/python")),
            *("--require-hashes", "-r", str(LOCK)),
        )
        stamp.write_text(wanted)
        return True


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock on a folder itself: the kernel lets go of it when its holder dies.

    Raises `BlockingIOError` when another process holds it and `wait` is not given.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def _run(*arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 — the pinned installer with arguments of this module
        [uv_program(), "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise InstallationError(f"uv {arguments[0]}: {done.stderr.strip()}")
