"""``python -m stacks.synthesis [ENVIRONMENT …]``: the gate that every change passes.

Synthesises environments, and the organisation as one more, into ``cdk.out/{environment}``, each in
a process of its own, with cdk-nag and the CDK's validator; all of them when none is named. Needs
neither credentials nor a network, and no Lambda package to be built. The same sources give the
same bytes, wherever the repository is.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from stacks import environments

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Synthesis:
    """What came of one environment."""

    environment: str
    assembly: Path
    seconds: float
    failure: str | None
    """What the app wrote, when it refused."""

    def templates(self) -> list[Path]:
        """One for each stack, in order of name."""
        return sorted(self.assembly.rglob("*.template.json"))

    def resources(self) -> int:
        """In all stacks together."""
        templates = (json.loads(file.read_text()) for file in self.templates())
        return sum(len(template.get("Resources", {})) for template in templates)


def synthesise(environment: str, *, into: Path = ROOT / "cdk.out", root: Path = ROOT) -> Synthesis:
    """Run the app of the repository at `root` for one environment, as the CDK's CLI would."""
    assembly = into / environment
    shutil.rmtree(assembly, ignore_errors=True)
    context = json.loads((root / "cdk.json").read_text())["context"]
    context |= {"environment": environment, "aws:cdk:bundling-stacks": []}
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    start = time.perf_counter()
    app = subprocess.run(
        [sys.executable, "app.py"], cwd=root, env=variables, capture_output=True, text=True
    )
    failure = (app.stdout + app.stderr) if app.returncode else None
    return Synthesis(environment, assembly, time.perf_counter() - start, failure)


def main(chosen: Sequence[str]) -> int:
    """Synthesise and print a line for each environment; 1 when one is refused."""
    known = environments.read().stages()
    if unknown := set(chosen) - set(known):
        sys.exit(f"no such environment: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    names = [name for name in known if name in chosen or not chosen]
    with ThreadPoolExecutor(os.cpu_count()) as processes:
        done = list(processes.map(synthesise, names))
    for synthesis in done:
        print(_line(synthesis))  # noqa: T201 — a command line
    return int(any(synthesis.failure for synthesis in done))


def _line(synthesis: Synthesis) -> str:
    head = f"{synthesis.environment:<13}"
    if synthesis.failure:
        return f"{head}refused\n{synthesis.failure}"
    return (
        f"{head}{len(synthesis.templates()):>3} stacks {synthesis.resources():>5} resources "
        f"{synthesis.seconds:>5.1f} s"
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except environments.EnvironmentsError as error:
        sys.exit(str(error))
