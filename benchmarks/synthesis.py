"""Processor time of ``make synth`` against a bare app with the same CDK modules and one queue.

python -m benchmarks.synthesis --rounds 3

All are measured in turn, in the same run, with the validator that the CDK brings. The bare app runs
twice a round: as the CDK starts it, and on one thread as ours is.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from stacks.synthesis import ROOT

LIBRARIES = ("aws_cdk", "cdk_nag", "constructs")
IMPORTED = f"""
import sys
import app
print(*(name for name in sys.modules if name.split(".")[0] in {LIBRARIES}), sep=",")
"""
BARE = """
import {modules}
app = aws_cdk.App(stack_traces=False)
aws_cdk.aws_sqs.Queue(aws_cdk.Stack(app, "Bare"), "Queue")
app.synth()
"""


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    imported = _python(IMPORTED)
    modules = subprocess.run(imported, check=True, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 — the program above
    bare = _python(BARE.format(modules=modules.stdout.strip()))
    our_node = {"JSII_NODE": str(ROOT / "stacks" / "node.sh")}
    spent: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, command, variables in (
            ("a bare app", bare, {}),
            ("the same, with our Node", bare, our_node),
            ("make synth ENV=live", ["make", "synth", "ENV=live"], {}),
            ("make synth", ["make", "synth"], {}),
        ):
            spent.setdefault(name, []).append(_processor_seconds(command, variables))
    medians = {name: statistics.median(seconds) for name, seconds in spent.items()}
    first, second, *_ = medians.values()
    for name, seconds in medians.items():
        sys.stdout.write(
            f"{name:<25}{seconds:>6.1f} s of processor time,{seconds / first:>5.1f} times the bare"
            f" app,{seconds / second:>5.1f} times the one with our Node\n"
        )


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def _processor_seconds(command: list[str], variables: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | variables | {"CDK_OUTDIR": str(Path(folder))}
        subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)  # noqa: S603 — the commands above
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    main()
