import json
from pathlib import Path

import pytest

from proofs import template_lint
from proofs.template_lint import TemplateLintError, faults
from stacks.synthesis import Synthesis


def folder(parent: Path, **properties: object) -> Path:
    topic = {"Type": "AWS::SNS::Topic", "Properties": properties}
    parent.mkdir()
    (parent / "a.template.json").write_text(json.dumps({"Resources": {"Topic": topic}}))
    return parent


def test_a_sound_template_has_no_finding(tmp_path: Path) -> None:
    assert faults([folder(tmp_path / "qa", DisplayName="Alarms")]) == []


def test_every_folder_s_findings_are_told(tmp_path: Path) -> None:
    one = folder(tmp_path / "qa", Colour="red")
    other = folder(tmp_path / "dev", Colour="blue")
    found = faults([one, other])
    assert [line.split(":")[0] for line in found] == [
        str(one / "a.template.json"),
        str(other / "a.template.json"),
    ]
    assert all("'Colour' was unexpected" in line for line in found)


def test_a_configuration_that_is_not_understood_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("ignore_checks: 7")
    monkeypatch.setattr(template_lint, "CONFIGURATION", wrong)
    with pytest.raises(TemplateLintError, match="cfn-lint fails"):
        faults([folder(tmp_path / "qa")])


def test_no_template_of_ours_has_a_finding(syntheses: dict[str, Synthesis]) -> None:
    found = faults([synthesis.assembly for synthesis in syntheses.values()])
    assert not found, "\n".join(found)
