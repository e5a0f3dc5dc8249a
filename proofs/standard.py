"""What a security standard finds in an environment, and our answer to each finding.

The standard is a pack of cdk-nag's that reports and refuses nothing. What it finds is either mended
in the stacks or answered here, in ``nist-800-53-r5.toml``: rule, where, why it stands.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from proofs.markdown import HEAD, table

FILE = Path(__file__).parent / "nist-800-53-r5.toml"
PACK, ENVIRONMENT = "NIST80053R5", "live"
DESCRIPTION = re.compile(r"(?P<what>.*) - \(Control IDs?: (?P<controls>.*)\)\.?")


class ReportError(ValueError):
    """There is no report, or it is not one of a standard; says which."""


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that one resource does not keep."""

    rule: str
    """Without its pack: ``LambdaDLQ``."""
    place: str
    """Of the construct, without the environment: ``telemetry/Webhook/Function``."""
    what: str
    controls: str
    """Of the standard, separated by commas."""


@dataclass(frozen=True)
class Answer:
    """Why findings stand. Rule by its name, places by patterns."""

    rule: str
    on: tuple[str, ...]
    answer: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one of those answered."""
        return finding.rule == self.rule and any(fnmatchcase(finding.place, p) for p in self.on)


def read(folder: Path) -> list[Finding]:
    """The findings of the validation report in `folder`, in order of rule and place.

    Raises `ReportError` where there is none, or it tells of rules that name no controls.
    """
    file = folder / "validation-report.json"
    if not file.exists():
        raise ReportError(f"{folder} holds no report: synthesise it with those rules first")
    report = json.loads(file.read_text(encoding="utf-8"))
    return sorted(
        _finding(violation["ruleName"], construct["constructPath"], violation["description"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    )


def read_answers(file: Path = FILE) -> list[Answer]:
    """`TypeError` for a wrong field."""
    with file.open("rb") as content:
        entries = tomllib.load(content)["answer"]
    return [Answer(**{**entry, "on": tuple(entry["on"])}) for entry in entries]


def faults(findings: Sequence[Finding], answers: Sequence[Answer]) -> Iterator[str]:
    """One line for each finding without an answer, and each answer without a finding."""
    for finding in findings:
        if not any(answer.covers(finding) for answer in answers):
            yield f"{finding.place}: {finding.rule} has no answer: {finding.what}"
    for answer in answers:
        for place in answer.on:
            if not any(f.rule == answer.rule and fnmatchcase(f.place, place) for f in findings):
                yield f"{answer.rule} is answered for {place}, and nothing finds it there any more"


def page(findings: Sequence[Finding], answers: Sequence[Answer]) -> str:
    """The text of ``nist-800-53-r5.md``."""
    rules = {finding.rule: finding for finding in findings}
    parts = [
        f"{HEAD}\n# NIST 800-53 R5\n\nWhat cdk-nag's pack for NIST 800-53 Revision 5 finds in "
        f"`{ENVIRONMENT}`: {len(findings)} findings of {len(rules)} rules, each answered here. "
        "One without an answer, and an answer to nothing, fails the tests.\n"
    ]
    for rule, example in rules.items():
        rows = [
            (", ".join(places), answer)
            for answer, places in _by_answer(rule, findings, answers).items()
        ]
        parts.append(
            f"## {rule}\n\n{example.what}.\n\n{table(('where', 'answer'), rows)}\n"
            f"Controls: {example.controls}.\n"
        )
    return "\n".join(parts)


def _by_answer(
    rule: str, findings: Sequence[Finding], answers: Sequence[Answer]
) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for finding in findings:
        if finding.rule == rule:
            given = (answer.answer for answer in answers if answer.covers(finding))
            places.setdefault(next(given, "**none**"), []).append(finding.place)
    return places


def _finding(rule: str, path: str, description: str) -> Finding:
    told = DESCRIPTION.fullmatch(description)
    if told is None:
        raise ReportError(f"{rule} names no controls: {description}")
    _, _, place = path.partition("/")
    place = place.removesuffix("/Resource")
    return Finding(rule.rpartition("-")[2], place, told["what"], told["controls"])
