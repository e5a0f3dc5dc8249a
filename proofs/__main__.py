"""``python -m proofs {ledger,check} [FOLDER …]``: what a deployment would lose.

FOLDER is a synthesised assembly with one stage; without one, those of the recorded environments
in ``cdk.out``. `check` compares them with the ledgers; `ledger` records them, and refuses to
record over a loss that no waiver covers.
"""

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

from proofs import assembly, ledger, waivers
from proofs.losses import losses

ROOT = Path(__file__).parent.parent
LEDGERS = Path(__file__).parent / "ledger"


def check(folders: Sequence[Path], today: datetime.date) -> list[str]:
    """One line for each fault: a loss, a bad waiver, or a ledger that is not up to date."""
    known = waivers.read()
    environments = {file.stem for file in _ledgers()}
    faults = [
        f"{w}: {w.environment} has no ledger" for w in known if w.environment not in environments
    ]
    for stage in map(assembly.read, folders):
        recorded = ledger.read(LEDGERS / f"{stage.name}.json")
        built = ledger.identities(stage)
        found = losses(recorded, built)
        faults += waivers.judge(stage.name, found, known, today)
        lost = {loss.identity.key for loss in found}
        survivors = {identity.key: identity for identity in recorded if identity.key not in lost}
        faults += [
            f"{identity} ({identity.type}) is not in the ledger as it is: record it"
            for identity in built
            if identity.key not in lost and survivors.get(identity.key) != identity
        ]
    return faults


def record(folders: Sequence[Path], today: datetime.date) -> list[str]:
    """Write each ledger; the losses that stand in the way of one."""
    known = waivers.read()
    faults: list[str] = []
    for stage in map(assembly.read, folders):
        file = LEDGERS / f"{stage.name}.json"
        built = ledger.identities(stage)
        standing = waivers.judge(stage.name, losses(ledger.read(file), built), known, today)
        if not standing:
            ledger.write(file, built)
        faults += standing
    return faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each fault; 1 when there is one."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("command", choices=("ledger", "check"))
    parser.add_argument("folder", nargs="*", type=Path)
    chosen = parser.parse_args(arguments)
    folders = chosen.folder or [ROOT / "cdk.out" / file.stem for file in _ledgers()]
    run = {"ledger": record, "check": check}[chosen.command]
    faults = run(folders, datetime.datetime.now(datetime.UTC).date())
    for fault in faults:
        print(fault)  # noqa: T201 — a command line
    return int(bool(faults))


def _ledgers() -> list[Path]:
    return sorted(LEDGERS.glob("*.json"))


if __name__ == "__main__":
    sys.exit(main())
