"""The registers in ``docs/registers``: pages made from the assembly, never by hand."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proofs import (
    acknowledgements,
    cost_page,
    deployment_time_page,
    expiries,
    grants,
    parity_page,
    rollback_page,
    usage,
    wildcards,
)
from proofs.assembly import Stage
from proofs.expiries import Expiry
from proofs.markdown import HEAD, Row, table
from proofs.parity import Rule, Settings
from proofs.rollback import Accepted, Final
from proofs.usage import NOTHING_KNOWN, Usage
from proofs.wildcards import Reason

EVERYWHERE = "environments"
"""Stands for all environments."""


@dataclass(frozen=True)
class Stages:
    """What the registers are about."""

    environments: Sequence[Stage]
    """Those that are to be alike."""
    others: Sequence[Stage] = ()

    def across(self, rows: Callable[[Stage], Iterable[Row]]) -> list[Row]:
        """The rows of all, each once and in order, with the stages that have it."""
        found: dict[Row, list[str]] = {}
        for stage in (*self.environments, *self.others):
            for row in dict.fromkeys(tuple(map(stage.neutral, row)) for row in rows(stage)):
                found.setdefault(row, []).append(stage.name)
        return [(*row, self._shortly(names)) for row, names in sorted(found.items())]

    def _shortly(self, names: Sequence[str]) -> str:
        alike = [stage.name for stage in self.environments]
        if not set(alike) <= set(names):
            return ", ".join(names)
        return ", ".join([EVERYWHERE, *names[len(alike) :]])


def pages(
    stages: Sequence[Stage],
    *,
    reasons: Sequence[Reason] = (),
    used: Usage = NOTHING_KNOWN,
    settings: Mapping[str, Settings],
    rules: Sequence[Rule] = (),
    accepted: Sequence[Accepted] = (),
    final: Sequence[Final] = (),
    ends: Sequence[Expiry] = (),
) -> dict[str, str]:
    """The text of each register, by file name; environments are the stages with settings."""
    environments = [stage for stage in stages if stage.name in settings]
    others = [stage for stage in stages if stage.name not in settings]
    every = Stages(environments, others)
    return {
        "acknowledgements.md": _acknowledgements(every),
        "wildcards.md": _wildcards(every, reasons),
        "grants.md": _grants(every, used),
        "cost.md": cost_page.page(stages),
        "deployment-time.md": deployment_time_page.page(stages),
        "parity.md": parity_page.page(environments, settings, rules),
        "rollback.md": rollback_page.page(stages, accepted, final),
        "expiries.md": expiries.page([*expiries.accepted(stages), *ends]),
    }


def _acknowledgements(stages: Stages) -> str:
    def rows(stage: Stage, ours: bool) -> Iterator[Row]:
        for one in acknowledgements.accepted(stage):
            if one.ours == ours:
                _, _, rule = one.rule.rpartition("::AwsSolutions-")
                terms = (one.owner, str(one.until or ""))
                yield f"`{rule}`", one.reason, *terms, one.construct

    decided = acknowledgements.decisions((*stages.environments, *stages.others))
    found = _gathered(stages.across(lambda stage: rows(stage, True)))
    by_library = _gathered(stages.across(lambda stage: rows(stage, False)))
    return (
        f"{HEAD}\n# Acknowledgements\n\n"
        f"{len(decided)} findings of cdk-nag's AwsSolutions pack are accepted, each beside its "
        "resource; one that a construct brings to several stacks is one. A day that has passed, a "
        f"finding that is gone and number {acknowledgements.LIMIT} fail the tests.\n\n"
        f"{table(('finding', 'why', 'owner', 'until', 'where'), found)}\n"
        f"The CDK's own constructs accept {len(by_library)} more, of its template validator.\n\n"
        f"{table(('finding', 'why', 'where'), [(*row[:2], row[-1]) for row in by_library])}"
    )


def _wildcards(stages: Stages, reasons: Sequence[Reason]) -> str:
    def rows(stage: Stage, effect: str) -> Iterator[Row]:
        for one in wildcards.wildcards(stage, reasons):
            if one.effect == effect:
                actions = ", ".join(f"`{action}`" for action in one.actions)
                reason = one.reason or "**none**"
                yield one.resource.place, f"`{one.element}`", actions, reason

    allowed = stages.across(lambda stage: rows(stage, "Allow"))
    denied = stages.across(lambda stage: rows(stage, "Deny"))
    head = ("where", "wildcard", "actions", "why", "in")
    return (
        f"{HEAD}\n# Wildcards\n\n"
        f"{len(allowed)} wildcards stand in statements that allow something. One without a reason "
        f"fails the tests.\n\n{table(head, allowed)}\n"
        f"{len(denied)} stand in statements that refuse.\n\n{table(head, denied)}"
    )


def _grants(stages: Stages, used: Usage) -> str:
    def rows(stage: Stage) -> Iterator[Row]:
        for grant in grants.grants(stage):
            role, statement = grant.role.place, grant.statement
            resources = " ".join(f"`{resource}`" for resource in statement.resources)
            condition = f"`{statement.condition}`" if statement.condition else ""
            for action in statement.actions:
                if grant.assumed_by in usage.RUNS_PROGRAMS:
                    why = used.why(role, action) or "**nobody knows**"
                else:
                    why = f"taken by {grant.assumed_by.split('.')[0]}"
                yield role, grant.assumed_by, f"`{action}`", why, resources, condition

    found = stages.across(rows)
    parts = [
        f"{HEAD}\n# Grants\n\nWhat the role of each program may do, and why. An action that no "
        "test takes and that has no reason fails the tests.\n"
    ]
    for (role, service), granted in itertools.groupby(found, key=lambda row: row[:2]):
        head = ("action", "why", "on", "when", "in")
        rights = table(head, [row[2:] for row in granted])
        program = f", by `{used.programs[role]}`" if role in used.programs else ""
        parts.append(f"## {role}\n\nAssumed by `{service}`{program}.\n\n{rights}")
    return "\n".join(parts)


def _gathered(rows: Iterable[Row]) -> list[Row]:
    """Rows that differ in nothing but where, their last two cells, as one."""
    places: dict[Row, list[str]] = {}
    for *what, where, stages in rows:
        only = "" if stages == EVERYWHERE else f" ({stages})"
        places.setdefault(tuple(what), []).append(where + only)
    return [(*what, ", ".join(where)) for what, where in places.items()]
