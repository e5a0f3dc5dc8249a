"""Which actions on AWS the programs take while they are tested.

Botocore tells of each call before it is made, and the stack tells which program makes it. What a
program in a process of its own asks for, the servers that stand in for AWS record.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

ROOT = Path(__file__).parent.parent
SERVICE_DEPTH, FUNCTION_DEPTH = 2, 3
"""A service is a folder, ``services/billing``; a function a file, ``lambdas/x/query.py``."""

_taken: dict[str, set[str]] = {}


def record(program: str, action: str) -> None:
    """The program has asked for it; as service and operation: ``sqs:ReceiveMessage``."""
    _taken.setdefault(program, set()).add(action)


def listen() -> None:
    """Hear of every call that a client made from now on makes."""
    BUILTIN_HANDLERS.append(("before-call", _before_call))


def taken() -> str:
    """All that was recorded, by program, as it is kept in a file."""
    ordered = {program: sorted(actions) for program, actions in sorted(_taken.items())}
    return json.dumps(ordered, indent=2) + "\n"


def _before_call(model: OperationModel, **_: Any) -> None:
    programs = list(filter(None, map(_program, _files())))
    if programs:
        record(programs[-1], f"{model.service_model.signing_name}:{model.name}")


def _files() -> Iterator[Path]:
    """Of the calling functions, the outermost last."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        yield Path(frame.f_code.co_filename)


def _program(file: Path) -> str | None:
    if not file.is_relative_to(ROOT):
        return None
    parts = file.relative_to(ROOT).parts
    if parts[0] == "services":
        return "/".join(parts[:SERVICE_DEPTH])
    if parts[0] == "lambdas" and len(parts) == FUNCTION_DEPTH:
        return "/".join(parts)
    return None
