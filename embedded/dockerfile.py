"""Reads the part of the Dockerfile format that an image of a Python program needs.

Follows the Dockerfile reference: comments, continued lines, shell and exec forms. What is not
understood is refused with the file, the line and the instruction.
"""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

INSTRUCTIONS = frozenset(
    {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "ENTRYPOINT", "CMD"}
)


class DockerfileError(Exception):
    """An instruction that is not understood, or that cannot be carried out."""


@dataclass(frozen=True)
class Instruction:
    """One instruction; `text` is what follows its name, lines joined."""

    path: Path
    line: int
    name: str
    text: str

    def refuse(self, reason: str) -> DockerfileError:
        """The error that says where and why."""
        return DockerfileError(f"{self.path}:{self.line}: {self.name}: {reason}")

    def words(self) -> list[str]:
        """The text as a shell splits it."""
        try:
            return shlex.split(self.text)
        except ValueError as error:
            raise self.refuse(str(error)) from error

    def exec_form(self) -> list[str]:
        """The JSON array of ``ENTRYPOINT`` and ``CMD``; the shell form is refused."""
        try:
            words = json.loads(self.text)
        except ValueError as error:
            raise self.refuse('the exec form is needed: ["program", "argument"]') from error
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise self.refuse("an array of strings is needed")
        return words

    def variables(self) -> dict[str, str]:
        """The ``NAME=value`` pairs of ``ENV``."""
        pairs = [word.partition("=") for word in self.words()]
        if not pairs or not all(name and equals for name, equals, _ in pairs):
            raise self.refuse("NAME=value is needed")
        return {name: value for name, _, value in pairs}


def parse(path: Path) -> list[Instruction]:
    """The instructions in order; raises `DockerfileError`."""
    instructions = []
    started: int | None = None
    parts: list[str] = []
    for number, raw in enumerate(path.read_text().splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):  # also between continued lines
            continue
        started = started or number
        parts.append(line.removesuffix("\\").strip())
        if not line.endswith("\\"):
            instructions.append(_instruction(path, started, " ".join(parts)))
            started, parts = None, []
    if parts:
        raise DockerfileError(f"{path}:{started}: ends in a continued line")
    if not instructions or instructions[0].name != "FROM":
        raise DockerfileError(f"{path}: must begin with FROM")
    return instructions


def _instruction(path: Path, line: int, text: str) -> Instruction:
    name, _, rest = text.partition(" ")
    instruction = Instruction(path, line, name.upper(), re.sub(r"\s+", " ", rest).strip())
    if instruction.name not in INSTRUCTIONS:
        raise instruction.refuse(f"not one of {', '.join(sorted(INSTRUCTIONS))}")
    return instruction
