"""Which actions on AWS the programs take while they are tested, as a plug-in of pytest.

Botocore tells of each call before it is made, and the stack tells which program makes it. What a
program in a process of its own asks for, the servers that stand in for AWS record. When all tests
have run, in however many processes, what was taken has to be what is written down.
"""

import difflib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from proofs import usage

ROOT = Path(__file__).parent.parent
SERVICE_DEPTH, FUNCTION_DEPTH = 2, 3
"""A service is a folder, ``services/billing``; a function a file, ``lambdas/x/query.py``."""

_taken: dict[str, set[str]] = {}


_UNLIKE = pytest.StashKey[bool]()
"""Of a session that took up what is not written down, or left what is."""


def record(program: str, action: str) -> None:
    """The program has asked for it; as service and operation: ``sqs:ReceiveMessage``."""
    _taken.setdefault(program, set()).add(action)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-actions",
        action="store_true",
        help="write down which actions on AWS each program takes, instead of comparing",
    )


def pytest_configure() -> None:
    BUILTIN_HANDLERS.append(("before-call", _before_call))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes has run its share, and says what it saw."""
    output = getattr(node, "workeroutput", {"taken": {}})  # none of one that was killed
    for program, actions in output["taken"].items():
        _taken.setdefault(program, set()).update(actions)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["taken"] = _ordered()
    elif config.getoption("record_actions"):
        usage.TAKEN.write_text(_text(), encoding="utf-8")
    elif _whole_suite(config) and usage.TAKEN.read_text(encoding="utf-8") != _text():
        config.stash[_UNLIKE] = True
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.stash.get(_UNLIKE, False):
        return
    terminalreporter.section("actions on AWS", red=True)
    written = usage.TAKEN.read_text(encoding="utf-8").splitlines()
    for line in difflib.unified_diff(written, _text().splitlines(), "recorded", "taken", n=1):
        terminalreporter.write_line(line)
    terminalreporter.write_line(
        "run `pytest --record-actions` and review what programs take up or leave"
    )


def _whole_suite(config: pytest.Config) -> bool:
    chosen = config.option.keyword or config.option.markexpr != "not drill"
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def _ordered() -> dict[str, list[str]]:
    return {program: sorted(actions) for program, actions in sorted(_taken.items())}


def _text() -> str:
    """All that was taken, by program, as it is kept in a file."""
    return json.dumps(_ordered(), indent=2) + "\n"


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
