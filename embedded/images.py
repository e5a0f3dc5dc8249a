"""Images without Docker: a folder built from a Dockerfile, named by the digest of its content.

An image is ``{registry}/{repository}/sha256-…/`` with ``rootfs/``, its file system, and
``config.json``, in the terms of the OCI image configuration. A Python base image is stood for by a
virtual environment of the host's interpreter, empty but for what the Dockerfile installs. There is
no chroot: `Image.inside` leads paths in variables and arguments into the image's folder.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from embedded.dockerfile import DockerfileError, Instruction, parse
from embedded.installation import base_interpreter, uv_program

__all__ = ["DockerfileError", "Image", "ImageConfig", "Registry"]

_PYTHON = "usr/local"
"""Where official Python images keep the interpreter, and ours its virtual environment."""

_INSTALL = re.compile(
    r"(?:pip install --no-cache-dir uv(?:==[\w.]+)? && )?"
    r"uv pip install (?P<options>(?:--[\w-]+ )*?)--target (?P<target>\S+) "
    r"(?P<more>(?:--[\w-]+ )*?)-r (?P<file>\S+)"
)
"""The one form of RUN: installing from a lock into a folder."""

_HARMLESS = frozenset({"--no-cache", "--no-cache-dir", "--system", "--quiet", "--compile-bytecode"})


@dataclass
class ImageConfig:
    """OCI image configuration, the properties that a container starts from."""

    env: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)
    working_dir: str = "/"
    user: str = ""
    exposed_ports: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Image:
    """An image in the registry."""

    digest: str
    rootfs: Path
    config: ImageConfig

    @property
    def programs(self) -> Path:
        """The folder of the image's interpreter and scripts, first in PATH."""
        return self.rootfs / _PYTHON / "bin"

    def inside(self, text: str) -> str:
        """The text with every absolute path of the image led into the image's folder."""
        top = "|".join(re.escape(entry.name) for entry in self.rootfs.iterdir())
        return re.sub(rf"(?<![\w./-])/(?=(?:{top})(?:[/:]|$))", f"{self.rootfs}/", text)


class Registry:
    """A folder of images; the same content has the same digest and is built once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, repository: str, digest: str) -> Image | None:
        """An image by its digest, if it was pushed."""
        folder = self._folder / repository / digest.replace(":", "-")
        if not (folder / "config.json").is_file():
            return None
        config = json.loads((folder / "config.json").read_text())
        return Image(digest, folder / "rootfs", ImageConfig(**config))

    def push(self, repository: str, dockerfile: Path, context: Path) -> str:
        """Build unless the registry has the content; raises `DockerfileError`."""
        instructions = parse(dockerfile)
        digest = _digest(instructions, context)
        if self.get(repository, digest) is not None:
            return digest
        self._folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=self._folder, prefix=".building-"))
        try:
            work.chmod(0o755)  # a program may run as another user
            _Build(work / "rootfs", context).run(instructions, work / "config.json")
            target = self._folder / repository / digest.replace(":", "-")
            target.parent.mkdir(parents=True, exist_ok=True)
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return digest


class _Build:
    def __init__(self, rootfs: Path, context: Path) -> None:
        self._rootfs = rootfs
        self._context = context
        self._config = ImageConfig()

    def run(self, instructions: list[Instruction], config: Path) -> None:
        for instruction in instructions:
            getattr(self, f"_{instruction.name.lower()}")(instruction)
        config.write_text(json.dumps(asdict(self._config), indent=2, sort_keys=True) + "\n")

    def _from(self, instruction: Instruction) -> None:
        if self._rootfs.exists():
            raise instruction.refuse("one stage only")
        base = instruction.words()[-1]
        if not re.search(r"(^|/)python:", base):
            raise instruction.refuse(f"{base}: a Python base image is needed")
        self._rootfs.mkdir()
        _uv(instruction, "venv", "--python", str(base_interpreter()), str(self._rootfs / _PYTHON))

    def _workdir(self, instruction: Instruction) -> None:
        self._config.working_dir = self._absolute(instruction.text)
        self._place(self._config.working_dir).mkdir(parents=True, exist_ok=True)

    def _copy(self, instruction: Instruction) -> None:
        *_, target = instruction.words()
        sources = _sources(instruction, self._context)
        into_folder = target.endswith("/") or len(sources) > 1 or target == "."
        place = self._place(self._absolute(target))
        for source in sources:
            for file, below in _files(source):
                # The content of a folder is copied, not the folder itself (COPY <src> <dest>).
                to = place / below if source.is_dir() or into_folder else place
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, to)

    def _run(self, instruction: Instruction) -> None:
        form = _INSTALL.fullmatch(instruction.text)
        if form is None:
            raise instruction.refuse("only: uv pip install [--require-hashes] --target DIR -r FILE")
        options = {*form["options"].split(), *form["more"].split()} - _HARMLESS
        if options - {"--require-hashes"}:
            raise instruction.refuse(f"unknown option {', '.join(sorted(options))}")
        _uv(
            instruction,
            *("pip", "install", "--python", str(self._rootfs / _PYTHON / "bin/python"), *options),
            *("--target", str(self._place(self._absolute(form["target"])))),
            *("-r", str(self._place(self._absolute(form["file"])))),
        )

    def _env(self, instruction: Instruction) -> None:
        self._config.env |= instruction.variables()

    def _user(self, instruction: Instruction) -> None:
        self._config.user = instruction.text

    def _expose(self, instruction: Instruction) -> None:
        self._config.exposed_ports += instruction.words()

    def _entrypoint(self, instruction: Instruction) -> None:
        self._config.entrypoint = instruction.exec_form()

    def _cmd(self, instruction: Instruction) -> None:
        self._config.cmd = instruction.exec_form()

    def _absolute(self, path: str) -> str:
        return str(Path(self._config.working_dir) / path)

    def _place(self, path: str) -> Path:
        return self._rootfs / path.lstrip("/")


def _uv(instruction: Instruction, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 — arguments are checked by the one form of RUN
        [uv_program(), "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise instruction.refuse(done.stderr.strip())


def _sources(instruction: Instruction, context: Path) -> list[Path]:
    words = instruction.words()
    if len(words) < 2:
        raise instruction.refuse("a source and a target are needed")
    sources = []
    for word in words[:-1]:
        if word.startswith("--"):
            raise instruction.refuse(f"option {word} is not understood")
        source = (context / word.lstrip("/")).resolve()
        if not source.is_relative_to(context.resolve()) or not source.exists():
            raise instruction.refuse(f"{word} is not in {context}")
        sources.append(source)
    return sources


def _files(source: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of a source with its path below it, in order; bytecode is no source."""
    if source.is_file():
        yield source, Path(source.name)
        return
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file, file.relative_to(source)


def _digest(instructions: list[Instruction], context: Path) -> str:
    """Over the instructions, each copied file and what stands for the base image."""
    content = hashlib.sha256(f"{sys.version} {base_interpreter()}\n".encode())
    for instruction in instructions:
        content.update(f"{instruction.name} {instruction.text}\n".encode())
        if instruction.name != "COPY":
            continue
        for source in _sources(instruction, context):
            for file, below in _files(source):
                data = hashlib.sha256(file.read_bytes()).hexdigest()
                content.update(f"{below} {file.stat().st_mode & 0o111:o} {data}\n".encode())
    return f"sha256:{content.hexdigest()}"
