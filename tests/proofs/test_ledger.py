import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import proofs.__main__ as command
from proofs import assembly, ledger, rollback, waivers
from proofs.assembly import Json, Stage
from proofs.ledger import identities
from tests.proofs.stages import resource, stage

TODAY = datetime.date(2026, 11, 21)
BUDGET = {"Month": resource("AWS::Budgets::Budget", Budget={"BudgetLimit": {"Amount": 450}})}
Synthesise = Callable[[dict[str, Json]], Stage]


@pytest.fixture
def synthesise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Synthesise:
    """Writes an assembly of one stack, `qa-data`, beside a ledger of its own."""
    monkeypatch.setattr(command, "LEDGERS", tmp_path / "ledger")
    monkeypatch.setattr(waivers, "FILE", tmp_path / "waivers.toml")
    monkeypatch.setattr(rollback, "faults", lambda *_: [])
    (tmp_path / "waivers.toml").write_text("")

    def write(resources: dict[str, Json]) -> Stage:
        inner = tmp_path / "assembly-qa"
        inner.mkdir(exist_ok=True)
        stages = {"qa": _artifact("cdk:cloud-assembly", directoryName=inner.name)}
        stack = _artifact(
            "aws:cloudformation:stack", stackName="qa-data", templateFile="data.template.json"
        ) | {
            "displayName": "qa/data",
            "environment": "aws://100000000022/eu-central-1",
            "additionalMetadataFile": "data.metadata.json",
        }
        metadata = {"/qa/data/Table/Resource": [{"type": "aws:cdk:logicalId", "data": "Table"}]}
        _dump(tmp_path / "manifest.json", {"artifacts": stages})
        _dump(inner / "manifest.json", {"artifacts": {"data": stack}})
        _dump(inner / "data.template.json", {"Resources": resources | BUDGET})
        _dump(inner / "data.metadata.json", metadata)
        return assembly.read(tmp_path)

    return write


def _artifact(type_: str, **properties: str) -> Json:
    return {"type": type_, "properties": properties | {"displayName": "qa"}}


def _dump(file: Path, content: Json) -> None:
    file.write_text(json.dumps(content))


def table(name: str) -> dict[str, Json]:
    return {"Table": resource("AWS::DynamoDB::Table", TableName=name)}


each_loss = pytest.mark.parametrize(
    ("change", "after"),
    [
        ("replaced", table("other")),
        ("renamed", {"Sessions": resource("AWS::DynamoDB::Table", TableName="sessions")}),
        ("orphaned", {}),
    ],
)


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    held = identities(stage(data=table("sessions")))
    ledger.write(tmp_path / "live.json", held)
    assert ledger.read(tmp_path / "live.json") == held


def test_an_environment_is_recorded_and_then_has_no_faults(synthesise: Synthesise) -> None:
    built = synthesise(table("sessions"))
    (fault,) = command.check([built], TODAY)
    assert "qa-data/Table (AWS::DynamoDB::Table) is not in the ledger as it is" in fault
    assert command.record([built], TODAY) == []
    assert command.check([built], TODAY) == []
    (recorded,) = ledger.read(command.LEDGERS / "qa.json")
    assert recorded.path == "Table/Resource"


def test_the_ledger_is_not_written_over_a_loss(synthesise: Synthesise) -> None:
    command.record([synthesise(table("sessions"))], TODAY)
    changed = synthesise(table("other"))
    assert command.record([changed], TODAY) == command.check([changed], TODAY)
    (kept,) = ledger.read(command.LEDGERS / "qa.json")
    assert kept.hangs_on == {"TableName": "sessions"}


@each_loss
def test_a_loss_that_nobody_waived_is_told_with_what_is_lost(
    synthesise: Synthesise, change: str, after: dict[str, Json]
) -> None:
    command.record([synthesise(table("sessions"))], TODAY)
    fault, *_ = command.check([synthesise(after)], TODAY)
    assert fault.startswith(f"qa-data/Table (AWS::DynamoDB::Table) would be {change}: ")
    assert fault.endswith("lost is every item, and its point-in-time recovery.")


@each_loss
def test_a_waived_loss_passes_is_recorded_and_then_its_waiver_is_to_go(
    synthesise: Synthesise, change: str, after: dict[str, Json]
) -> None:
    command.record([synthesise(table("sessions"))], TODAY)
    waivers.FILE.write_text(
        '[[waiver]]\nenvironment = "qa"\nidentity = "qa-data/Table"\n'
        f'change = "{change}"\nreason = "Meant."\nowner = "data"\nuntil = 2026-12-31\n'
    )
    built = synthesise(after)
    assert command.check([built], TODAY) == []
    assert command.record([built], TODAY) == []
    (fault,) = command.check([built], TODAY)
    assert fault.endswith("waives nothing: remove it")


def test_a_weaker_policy_is_told_before_it_matters(synthesise: Synthesise) -> None:
    kept = {"Table": resource("AWS::DynamoDB::Table", policy="Retain")}
    command.record([synthesise(kept)], TODAY)
    (fault,) = command.check([synthesise({"Table": resource("AWS::DynamoDB::Table")})], TODAY)
    assert fault.endswith("is not in the ledger as it is: record it")


def test_a_waiver_of_an_unknown_environment_is_told(synthesise: Synthesise) -> None:
    fields = 'environment = "qs"\nidentity = "x"\nchange = "orphaned"\nreason = "y"\nowner = "z"'
    waivers.FILE.write_text(f"[[waiver]]\n{fields}\nuntil = 2026-12-31\n")
    (fault,) = command.check([], TODAY)
    assert fault.endswith("qs has no ledger")


def test_the_command_answers_with_its_faults(
    synthesise: Synthesise, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesise(table("sessions"))
    folder = str(tmp_path)
    assert command.main(["check", folder]) == 1
    assert "qa-data/Table" in capsys.readouterr().out
    assert command.main(["ledger", folder]) == 0
    assert command.main(["check", folder]) == 0


def test_what_only_all_stages_show_is_told_where_all_are_checked(stages: dict[str, Stage]) -> None:
    assert command.check_together(list(stages.values())) == []
    without_live = [stage for name, stage in stages.items() if name != "live"]
    faults = command.check_together(without_live)
    assert any("is about nothing: remove it" in fault for fault in faults)
    assert "docs/registers/parity.md is of another assembly: run `make ledger`" in faults


def test_every_stage_is_recorded_and_loses_nothing(stages: dict[str, Stage]) -> None:
    for name in stages:
        assert len(ledger.read(command.LEDGERS / f"{name}.json")) > 20
    today = datetime.datetime.now(datetime.UTC).date()
    faults = command.check(list(stages.values()), today)
    assert not faults, "\n".join(faults)
