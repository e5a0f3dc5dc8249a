import json
from pathlib import Path

import pytest

import proofs.__main__ as command
from proofs import standard
from proofs.standard import Answer, Finding, ReportError, faults, page
from stacks.synthesis import report

PUBLIC = Finding("ALBWAFEnabled", "cluster/Public", "No web ACL", "AC-4(21)")
PRIVATE = Finding("ALBWAFEnabled", "cluster/Private", "No web ACL", "AC-4(21)")
BEHIND = Answer("ALBWAFEnabled", ("cluster/Public",), "The distribution has it.")


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What stands in Live today."""
    into = tmp_path_factory.mktemp("standard")
    (folder,) = report([standard.ENVIRONMENT], standard.PACK, into=into)
    return standard.read(folder)


def test_an_answered_finding_is_no_fault() -> None:
    assert list(faults([PUBLIC], [BEHIND])) == []


def test_a_finding_without_an_answer_is_told() -> None:
    (fault,) = faults([PUBLIC, PRIVATE], [BEHIND])
    assert fault == "cluster/Private: ALBWAFEnabled has no answer: No web ACL"


def test_an_answer_for_another_rule_does_not_count() -> None:
    unanswered, unused = faults([PUBLIC], [Answer("LambdaDLQ", ("*",), "Synchronous.")])
    assert "ALBWAFEnabled has no answer" in unanswered
    assert unused == "LambdaDLQ is answered for *, and nothing finds it there any more"


def test_each_place_of_an_answer_has_to_have_a_finding() -> None:
    both = Answer("ALBWAFEnabled", ("cluster/Public", "cluster/Internal"), "Behind.")
    (fault,) = faults([PUBLIC], [both])
    assert "is answered for cluster/Internal" in fault


def test_the_page_has_each_rule_once_with_its_controls() -> None:
    text = page([PRIVATE, PUBLIC], [BEHIND])
    assert text.count("## ALBWAFEnabled") == 1
    assert "| cluster/Public | The distribution has it. |" in text
    assert "| cluster/Private | **none** |" in text
    assert "Controls: AC-4(21)." in text


def test_a_folder_without_a_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="holds no report"):
        standard.read(tmp_path)


def test_a_report_of_no_standard_is_told(tmp_path: Path) -> None:
    found = {"ruleName": "x-S1", "description": "No log", "violatingConstructs": [{}]}
    found["violatingConstructs"] = [{"constructPath": "live/data/Bucket/Resource"}]
    written = json.dumps({"pluginReports": [{"violations": [found]}]})
    (tmp_path / "validation-report.json").write_text(written)
    with pytest.raises(ReportError, match="x-S1 names no controls: No log"):
        standard.read(tmp_path)


def test_every_finding_in_live_is_answered_and_no_answer_is_left_over(
    findings: list[Finding],
) -> None:
    assert len(findings) > 20
    left = list(faults(findings, standard.read_answers()))
    assert not left, "\n".join(left)
    written = (command.REGISTERS / command.STANDARD).read_text(encoding="utf-8")
    assert written == page(findings, standard.read_answers()), "run `make ledger`"
