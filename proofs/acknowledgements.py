"""Findings that were accepted beside their resources, with reason, owner and last day."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proofs.assembly import Acknowledgement, Stage

TERMS = re.compile(r"(?P<reason>.*) \[(?P<owner>[^,\]]+), until (?P<until>\d{4}-\d\d-\d\d)\]")
"""How a reason carries its owner and its last day: ``… [platform, until 2027-11-30]``."""
OF_THE_LIBRARY = "CloudFormation-Validate::"
"""The pack in which the CDK's own constructs accept what they are known to cause."""
LIMIT = 40
"""So many are too many, over all stages together."""


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


def decisions(stages: Iterable[Stage]) -> set[tuple[str, str, str]]:
    """Rule, reason and owner of each of ours, which is how they are counted.

    One in a construct that several stacks and stages share was decided once.
    """
    return {
        (stage.neutral(one.rule), one.reason, one.owner)
        for stage in stages
        for one in accepted(stage)
        if one.ours
    }


def too_many(stages: Iterable[Stage]) -> Iterator[str]:
    """One line where the decisions of all those stages reach the limit."""
    if (number := len(decisions(stages))) >= LIMIT:
        yield f"{number} findings are accepted, and {LIMIT} are too many: mend one"


def _with_terms(ack: Acknowledgement) -> Accepted:
    if terms := TERMS.fullmatch(ack.reason):
        until = datetime.date.fromisoformat(terms["until"])
        return Accepted(ack.construct, ack.rule, terms["reason"], terms["owner"], until)
    return Accepted(ack.construct, ack.rule, ack.reason, "", None)
