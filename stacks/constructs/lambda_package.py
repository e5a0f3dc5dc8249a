"""Lambda packages, built without Docker and keyed by what goes into them."""

import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uv

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".packages"


@dataclass(frozen=True)
class Platform:
    """What a package is built for."""

    python: str
    machine: str | None
    """A platform tag of uv; None is the machine that builds."""

    @property
    def name(self) -> str:
        """For the key."""
        return f"{self.python} {self.machine or f'{sys.platform} {platform.machine()}'}"


LAMBDA = Platform(python="3.14", machine="aarch64-manylinux_2_28")
HOST = Platform(python=f"{sys.version_info.major}.{sys.version_info.minor}", machine=None)
"""For functions that run on the machine that deploys them."""


@dataclass(frozen=True)
class LambdaPackage:
    """The package of ``lambdas/{name}``: its sources, `contracts`, and its locked dependencies.

    Modules keep their names from the repository: ``lambdas.telemetry.webhook``. What the Lambda
    runtime brings (boto3) is in no lock and so in no package.
    """

    name: str
    target: Platform

    @property
    def lock(self) -> Path:
        """The exact versions and hashes of the dependencies."""
        return ROOT / "lambdas" / self.name / "requirements.txt"

    @property
    def key(self) -> str:
        """SHA-256 over everything that decides what is in the package."""
        digest = hashlib.sha256()
        bundler = importlib.metadata.version("uv")
        digest.update(f"{self.target.name}\0uv {bundler}\0".encode())
        digest.update(self.lock.read_bytes())
        for source in self._sources():
            content = source.read_bytes()
            relative = source.relative_to(ROOT).as_posix()
            digest.update(f"\0{relative}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    @property
    def folder(self) -> Path:
        """Where the package is once it is built."""
        return PACKAGES / self.key

    def build(self) -> None:
        """Build the package unless one with this key is there; raises `CalledProcessError`."""
        if self.folder.exists():
            return
        PACKAGES.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=PACKAGES, prefix="building-") as building:
            folder = Path(building) / self.key
            folder.mkdir()
            self._install_dependencies(folder)
            for source in self._sources():
                copy = folder / source.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
            try:
                folder.rename(self.folder)
            except OSError:
                # Another synthesis built the same package meanwhile.
                if not self.folder.exists():
                    raise

    def _sources(self) -> Iterator[Path]:
        yield ROOT / "lambdas" / "__init__.py"
        for folder in (ROOT / "lambdas" / self.name, ROOT / "contracts"):
            for file in sorted(folder.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    yield file

    def _install_dependencies(self, folder: Path) -> None:
        for_another = ("--python-platform", self.target.machine) if self.target.machine else ()
        subprocess.run(  # noqa: S603 — no shell, and every word is ours
            [
                uv.find_uv_bin(),
                *("pip", "install", "--quiet", "--target", str(folder)),
                *("--python-version", self.target.python, *for_another),
                *("--only-binary", ":all:", "--link-mode", "copy", "--no-deps"),
                *("--require-hashes", "-r", str(self.lock)),
            ],
            check=True,
            env=os.environ | {"UV_NO_PROGRESS": "1"},
        )
        # Command line entry points name the interpreter that installed them.
        shutil.rmtree(folder / "bin", ignore_errors=True)
