"""``python -m stacks.synthesis [--rules PACK] [ENVIRONMENT …]``: the gate that every change passes.

Synthesises environments, and the organisation as one more, into ``cdk.out/{environment}`` with
cdk-nag and the CDK's validator; all of them when none is named. Needs neither credentials nor a
network, and no Lambda package to be built. The same sources give the same bytes, wherever the
repository is.

With ``--rules``, another pack of cdk-nag's is asked what it finds: its report is written into
``cdk.out/{pack}/{environment}``, and nothing is refused.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stacks import environments

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Synthesis:
    """What came of one environment."""

    environment: str
    assembly: Path
    failure: str | None
    """What the app wrote, when it refused."""

    def templates(self) -> list[Path]:
        """One for each stack, in order of name."""
        return sorted(self.assembly.rglob("*.template.json"))

    def resources(self) -> int:
        """In all stacks together."""
        templates = (json.loads(file.read_text()) for file in self.templates())
        return sum(len(template.get("Resources", {})) for template in templates)


def synthesise(
    names: Sequence[str], *, into: Path = ROOT / "cdk.out", root: Path = ROOT
) -> list[Synthesis]:
    """Run the app of the repository at `root` for those environments.

    One process for all: Node, the CDK and the validator's rules are loaded once. Where one is
    refused, each is tried by itself, to tell whose failure it is.
    """
    for name in names:
        shutil.rmtree(into / name, ignore_errors=True)
    app = _run(names, into=into, root=root)
    if app.returncode and len(names) > 1:
        return [one for name in names for one in synthesise([name], into=into, root=root)]
    failure = (app.stdout + app.stderr) if app.returncode else None
    return [Synthesis(name, into / name, failure) for name in names]


def report(names: Sequence[str], rules: str, *, into: Path = ROOT / "cdk.out") -> list[Path]:
    """The folders with the validation report of that pack for each environment.

    Raises `RuntimeError` where the app wrote none.
    """
    folders = [into / rules / name for name in names]
    for folder, name in zip(folders, names, strict=True):
        shutil.rmtree(folder, ignore_errors=True)
        app = _run([name], into=folder.parent, rules=rules)
        if not (folder / "validation-report.json").exists():
            raise RuntimeError(f"no report on {name}: {app.stderr}")
    return folders


def _run(
    names: Sequence[str], *, into: Path, root: Path = ROOT, rules: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the app as the CDK's CLI would, each environment apart; `rules` other than the gate's."""
    context = json.loads((root / "cdk.json").read_text())["context"]
    context |= {"aws:cdk:bundling-stacks": []} | ({"rules": rules} if rules else {})
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        "CDK_OUTDIR": str(into),
        "CDK_CONTEXT_JSON": json.dumps(context),
        **({"CDK_VALIDATION": "false"} if rules else {}),
        "JSII_NODE": str(root / "stacks" / "node.sh"),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    return subprocess.run(  # noqa: S603 — our own app
        [sys.executable, "app.py", *names],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
    )


def main(arguments: Sequence[str]) -> int:
    """Synthesise and print a line for each environment; 1 when one is refused."""
    known = environments.read().stages()
    parser = argparse.ArgumentParser(prog="python -m stacks.synthesis")
    parser.add_argument("--rules")
    parser.add_argument("environment", nargs="*")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.environment) - set(known):
        sys.exit(f"no such environment: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    names = [name for name in known if name in chosen.environment or not chosen.environment]
    if chosen.rules:
        report(names, chosen.rules)
        return 0
    start = time.perf_counter()
    done = synthesise(names)
    for synthesis in done:
        print(_line(synthesis))  # noqa: T201 — a command line
    print(f"{time.perf_counter() - start:.1f} s")  # noqa: T201 — a command line
    return int(any(synthesis.failure for synthesis in done))


def _line(synthesis: Synthesis) -> str:
    head = f"{synthesis.environment:<13}"
    if synthesis.failure:
        return f"{head}refused\n{synthesis.failure}"
    return f"{head}{len(synthesis.templates()):>3} stacks {synthesis.resources():>5} resources"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except environments.EnvironmentsError as error:
        sys.exit(str(error))
