"""Findings that were accepted beside their resources, with reason, owner and last day."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from proofs.assembly import Acknowledgement, Stage

TERMS = re.compile(r"(?P<reason>.*) \[(?P<owner>[^,\]]+), until (?P<until>\d{4}-\d\d-\d\d)\]")
"""How a reason carries its owner and its last day: ``… [platform, until 2027-11-30]``."""
OF_THE_LIBRARY = "CloudFormation-Validate::"
"""The pack in which the CDK's own constructs accept what they are known to cause."""


@dataclass(frozen=True)
class Accepted:
    """One acknowledgement with its terms."""

    construct: str
    rule: str
    reason: str
    owner: str
    until: datetime.date | None
    """None where the reason names no owner and day."""

    @property
    def ours(self) -> bool:
        """Whether the app accepted it, and no construct of the library."""
        return not self.rule.startswith(OF_THE_LIBRARY)


def accepted(stage: Stage) -> list[Accepted]:
    """Every acknowledgement of the stage, in order of construct and rule."""
    found = (_with_terms(ack) for stack in stage.stacks for ack in stack.acknowledged)
    return sorted(found, key=lambda one: (one.construct, one.rule))


def faults(stage: Stage, today: datetime.date) -> Iterator[str]:
    """One line for each of ours without terms, after its last day, or that nothing finds."""
    needed = {
        (violation["acknowledgedAt"].removeprefix(f"{stage.name}/"), violation["acknowledgedId"])
        for report in stage.report.get("pluginReports", ())
        for violation in report.get("suppressedViolations", ())
    }
    for one in filter(lambda accepted: accepted.ours, accepted(stage)):
        place = f"{stage.name}/{one.construct}: {one.rule}"
        if one.until is None:
            yield f"{place} names no owner and no day: {one.reason}"
        elif one.until < today:
            yield f"{place} was accepted until {one.until} ({one.owner}): {one.reason}"
        if stage.report and (one.construct, one.rule) not in needed:
            yield f"{place} is accepted, and nothing finds it any more"


def _with_terms(ack: Acknowledgement) -> Accepted:
    if terms := TERMS.fullmatch(ack.reason):
        until = datetime.date.fromisoformat(terms["until"])
        return Accepted(ack.construct, ack.rule, terms["reason"], terms["owner"], until)
    return Accepted(ack.construct, ack.rule, ack.reason, "", None)
