"""``python -m proofs COMMAND [FOLDER …]``: what would be deployed.

FOLDER is a synthesised assembly with one stage; without one, those of all recorded environments in
``cdk.out``. `check` prints what is wrong: a loss that no waiver covers, an identity that is not
recorded, a wildcard without a reason, an account of others that is let in, an acknowledgement that
has expired, is not needed or is one too many, an action of a program's role that no test takes, a
budget that does not hold the stated load, an environment that takes too long to deploy, a
deployment that cannot be taken back, what must go on and is lost with a zone, what fails unnoticed
and is kept nowhere; and, over all of them, differences that follow from no setting, reasons about
nothing, registers of another assembly.
`cost` prints what each environment costs in a month; with ``--against FOLDER``, a ``cdk.out`` from
before, what a change costs.
`lint` prints what cfn-lint finds; `standard` what NIST 800-53 R5 finds and nobody answered.
`rights` writes what deployments may do, for the app to read.
`ledger` records the identities, and refuses to record over a loss that no waiver covers.
`registers` writes the pages in ``docs/registers`` and ``docs/stacks``.
"""

import argparse
import datetime
import shutil
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from proofs import (
    acknowledgements,
    assembly,
    cost_page,
    costs,
    dead_letters,
    deployment_rights,
    deployment_time,
    expiries,
    ledger,
    load,
    parity,
    policies,
    registers,
    rollback,
    stack_pages,
    standard,
    template_lint,
    usage,
    waivers,
    wildcards,
    zone_of_trust,
    zones,
)
from proofs.assembly import Stage
from proofs.losses import losses

ROOT = Path(__file__).parent.parent
ASSEMBLIES = ROOT / "cdk.out"
LEDGERS = Path(__file__).parent / "ledger"
REGISTERS = ROOT / "docs" / "registers"
STACKS = ROOT / "docs" / "stacks"
STANDARD = "nist-800-53-r5.md"
SETTINGS = ROOT / "environments.toml", "environments"
"""Where the environments' settings stand: file and table."""
RIGHTS = ROOT / "stacks" / "constructs" / "deployment_rights.json"


def check(stages: Sequence[Stage], today: datetime.date) -> list[str]:
    """One line for each fault."""
    known = waivers.read()
    reasons = wildcards.read()
    used = usage.read()
    accepted, _ = rollback.read()
    going_on = zones.read()
    ours, trusted = zone_of_trust.read_accounts(SETTINGS[0]), zone_of_trust.read()
    recorded = {file.stem for file in _ledgers()}
    faults = [f"{w}: {w.environment} has no ledger" for w in known if w.environment not in recorded]
    for stage in stages:
        faults += _identity_faults(stage, known, today)
        faults += acknowledgements.faults(stage, today)
        unexplained = (w for w in wildcards.wildcards(stage, reasons) if w.reason is None)
        faults += [f"{wildcard} stands without a reason" for wildcard in unexplained]
        faults += usage.faults(stage, used)
        faults += costs.faults(stage)
        faults += deployment_time.faults(stage)
        faults += deployment_time.too_long(stage)
        faults += rollback.faults(stage, accepted)
        faults += zones.faults(stage, going_on)
        faults += dead_letters.faults(stage)
        faults += zone_of_trust.faults(stage, ours, trusted)
    faults += expiries.faults(certificates(), today)
    return [*faults, *acknowledgements.too_many(stages), *load.faults(stages)]


def check_together(stages: Sequence[Stage]) -> list[str]:
    """One line for each fault that only all stages together show."""
    accepted, final = rollback.read()
    rules, settings = parity.read_rules(), parity.read_settings(*SETTINGS)
    alike = [stage for stage in stages if stage.name in settings]
    differences = list(parity.differences(alike, settings))
    unexplained = (one for one in differences if one.setting(rules, settings) is None)
    left_over = (
        *wildcards.unused(stages, wildcards.read()),
        *usage.unused(stages, usage.read()),
        *parity.unused(differences, rules),
    )
    written = {REGISTERS / name: text for name, text in pages(stages).items()}
    return [
        *(f"{one} follows from no setting: see {parity.FILE.name}" for one in unexplained),
        *(f"{one} is about nothing: remove it" for one in left_over),
        *deployment_rights.faults(stages, account_kinds(), deployment_rights.read()),
        *rollback.unused(stages, accepted, final),
        *zone_of_trust.unused(stages, zone_of_trust.read()),
        *stack_pages.faults(stages, stack_pages.read()),
        *(
            f"{file.relative_to(ROOT)} is of another assembly: run `make ledger`"
            for file, text in written.items()
            if file.read_text(encoding="utf-8") != text
        ),
    ]


def record(stages: Sequence[Stage], today: datetime.date) -> list[str]:
    """Write each ledger; the losses that stand in the way of one."""
    known = waivers.read()
    faults: list[str] = []
    for stage in stages:
        file = LEDGERS / f"{stage.name}.json"
        built = ledger.identities(stage)
        standing = waivers.judge(stage.name, losses(ledger.read(file), built), known, today)
        if not standing:
            ledger.write(file, built)
        faults += standing
    return faults


def pages(stages: Sequence[Stage]) -> dict[str, str]:
    """The registers of those stages, by file name."""
    every = parity.read_settings(*SETTINGS)
    accepted, final = rollback.read()
    return registers.pages(
        stages,
        reasons=wildcards.read(),
        used=usage.read(),
        settings={stage.name: every[stage.name] for stage in stages if stage.name in every},
        rules=parity.read_rules(),
        accepted=accepted,
        final=final,
        ends=[*expiries.waived(waivers.read()), *certificates()],
    )


def certificates() -> list[expiries.Expiry]:
    """Those of the settings: who issues certificates to stations, and contracts of vehicles."""
    return expiries.certificates(SETTINGS[0], "charging")


def write_rights(stages: Sequence[Stage], _: datetime.date) -> list[str]:
    """What deployments may do, by the resources of all stages; a line when that is new."""
    rights = deployment_rights.needed(stages, account_kinds(), deployment_rights.read())
    written, text = RIGHTS.read_text(encoding="utf-8"), deployment_rights.text(rights)
    RIGHTS.write_text(text, encoding="utf-8")
    return [] if written == text else [f"{RIGHTS.relative_to(ROOT)} is new: synthesise again"]


def account_kinds() -> dict[str, str]:
    """By their number, those that are deployed to within the boundary: all but the first one."""
    with SETTINGS[0].open("rb") as content:
        settings = tomllib.load(content)
    around = {number: name for name, number in settings["accounts"].items()}
    kinds = {number: name for number, name in around.items() if name != "management"}
    return kinds | {one["account"]: "environment" for one in settings[SETTINGS[1]].values()}


def account_names() -> dict[str, str]:
    """Those around the environments, by their number."""
    file, _ = SETTINGS
    with file.open("rb") as content:
        accounts = tomllib.load(content)["accounts"]
    return {number: f"{name} account" for name, number in accounts.items()}


def write_registers(stages: Sequence[Stage], _: datetime.date) -> list[str]:
    """Write every page; the stacks that nobody wrote about."""
    findings = standard.read(ASSEMBLIES / standard.PACK / standard.ENVIRONMENT)
    made = pages(stages) | {STANDARD: standard.page(findings, standard.read_answers())}
    for name, text in made.items():
        (REGISTERS / name).write_text(text, encoding="utf-8")
    known = stack_pages.read()
    shutil.rmtree(STACKS, ignore_errors=True)
    STACKS.mkdir()
    for name, text in stack_pages.pages(stages, known, account_names()).items():
        (STACKS / name).write_text(text, encoding="utf-8")
    return list(stack_pages.faults(stages, known))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each fault; 1 when there is one."""
    commands = {
        "check": check,
        "rights": write_rights,
        "ledger": record,
        "registers": write_registers,
    }
    parser = argparse.ArgumentParser(prog="python -m proofs")
    parser.add_argument("command", choices=[*commands, "cost", "lint", "standard"])
    parser.add_argument("folder", nargs="*", type=Path)
    parser.add_argument("--against", type=Path, help="of cost: an assembly folder from before")
    chosen = parser.parse_intermixed_args(arguments)
    folders = chosen.folder or [ASSEMBLIES / file.stem for file in _ledgers()]
    match chosen.command:
        case "lint":
            faults = template_lint.faults(folders)
        case "standard":
            (folder,) = chosen.folder or [ASSEMBLIES / standard.PACK / standard.ENVIRONMENT]
            faults = list(standard.faults(standard.read(folder), standard.read_answers()))
        case "cost":
            _print_costs([assembly.read(folder) for folder in folders], chosen.against, folders)
            faults = []
        case command:
            stages = [assembly.read(folder) for folder in folders]
            faults = commands[command](stages, datetime.datetime.now(datetime.UTC).date())
            if command == "check" and not chosen.folder:
                faults += check_together(stages)
    for fault in faults:
        print(fault)  # noqa: T201 — a command line
    return int(bool(faults))


def _print_costs(stages: Sequence[Stage], against: Path | None, folders: Sequence[Path]) -> None:
    if against is None:
        text = cost_page.summary(stages)
    else:
        earlier = [against / folder.name for folder in folders]
        before = [assembly.read(folder) for folder in earlier if folder.exists()]
        text = "\n".join(cost_page.changes(before, stages))
    print(text)  # noqa: T201 — a command line


def _identity_faults(
    stage: Stage, known: Sequence[waivers.Waiver], today: datetime.date
) -> Iterator[str]:
    recorded = ledger.read(LEDGERS / f"{stage.name}.json")
    built = ledger.identities(stage)
    found = losses(recorded, built)
    yield from waivers.judge(stage.name, found, known, today)
    accounted = [*recorded, *(loss.successor for loss in found)]
    for identity in built:
        if identity not in accounted:
            yield f"{identity} ({identity.type}) is not in the ledger as it is: record it"


def _ledgers() -> list[Path]:
    return sorted(LEDGERS.glob("*.json"))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (
        assembly.AssemblyError,
        policies.PolicyError,
        standard.ReportError,
        waivers.WaiversError,
    ) as error:
        sys.exit(str(error))
