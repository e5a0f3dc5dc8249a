"""What cfn-lint finds in templates; ``cfn-lint.yaml`` says which rules are off, and why."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

CONFIGURATION = Path(__file__).parent / "cfn-lint.yaml"
LINTER = Path(sys.executable).with_name("cfn-lint")
FOUND = range(2, 15)
"""Exit codes that say that something was found, by its severity: 2, 4, 8 and their sums."""


class TemplateLintError(RuntimeError):
    """cfn-lint did not work; says why."""


def faults(folders: Sequence[Path]) -> list[str]:
    """One line for each finding in the templates below those folders: file, line, rule, what."""
    with ThreadPoolExecutor(os.cpu_count()) as processes:
        return list(chain.from_iterable(processes.map(_findings, folders)))


def _findings(folder: Path) -> list[str]:
    templates = sorted(map(str, folder.rglob("*.template.json")))
    options = ["--config-file", str(CONFIGURATION), "--format", "parseable"]
    command = [str(LINTER), *options, "--", *templates]
    lint = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 — templates are files
    if lint.returncode and lint.returncode not in FOUND:
        raise TemplateLintError(f"cfn-lint fails over {folder}: {lint.stderr.strip()}")
    return lint.stdout.splitlines()
