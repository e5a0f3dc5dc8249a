"""The registers in ``docs/registers``: pages made from the assembly, never by hand."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from proofs import acknowledgements, grants, parity_page, wildcards
from proofs.assembly import Stage
from proofs.markdown import HEAD, Row, table
from proofs.parity import Rule, Settings
from proofs.wildcards import Reason


def pages(
    stages: Sequence[Stage],
    *,
    reasons: Sequence[Reason] = (),
    settings: Mapping[str, Settings],
    rules: Sequence[Rule] = (),
) -> dict[str, str]:
    """The text of each register, by file name."""
    return {
        "acknowledgements.md": _acknowledgements(stages),
        "wildcards.md": _wildcards(stages, reasons),
        "grants.md": _grants(stages),
        "parity.md": parity_page.page(stages, settings, rules),
    }


def _acknowledgements(stages: Sequence[Stage]) -> str:
    def rows(stage: Stage, ours: bool) -> Iterator[Row]:
        for one in acknowledgements.accepted(stage):
            if one.ours == ours:
                _, _, rule = one.rule.rpartition("::AwsSolutions-")
                terms = (one.owner, str(one.until or ""))
                yield one.construct, f"`{rule}`", one.reason, *terms

    found = _across(stages, lambda stage: rows(stage, True))
    by_library = _across(stages, lambda stage: rows(stage, False))
    return (
        f"{HEAD}\n# Acknowledgements\n\n"
        f"{len(found)} findings of cdk-nag's AwsSolutions pack are accepted, each beside its "
        "resource. A day that has passed and a finding that is gone fail the tests.\n\n"
        f"{table(('where', 'finding', 'why', 'owner', 'until', 'environments'), found)}\n"
        f"The CDK's own constructs accept {len(by_library)} more, of its template validator.\n\n"
        f"{table(('where', 'finding', 'why'), [row[:3] for row in by_library])}"
    )


def _wildcards(stages: Sequence[Stage], reasons: Sequence[Reason]) -> str:
    def rows(stage: Stage, effect: str) -> Iterator[Row]:
        for one in wildcards.wildcards(stage, reasons):
            if one.effect == effect:
                actions = ", ".join(f"`{action}`" for action in one.actions)
                reason = one.reason or "**none**"
                yield one.resource.place, f"`{one.element}`", actions, reason

    allowed = _across(stages, lambda stage: rows(stage, "Allow"))
    denied = _across(stages, lambda stage: rows(stage, "Deny"))
    head = ("where", "wildcard", "actions", "why", "environments")
    return (
        f"{HEAD}\n# Wildcards\n\n"
        f"{len(allowed)} wildcards stand in statements that allow something. One without a reason "
        f"fails the tests.\n\n{table(head, allowed)}\n"
        f"{len(denied)} stand in statements that refuse.\n\n{table(head, denied)}"
    )


def _grants(stages: Sequence[Stage]) -> str:
    def rows(stage: Stage) -> Iterator[Row]:
        for grant in grants.grants(stage):
            actions = " ".join(f"`{action}`" for action in grant.statement.actions)
            resources = " ".join(f"`{resource}`" for resource in grant.statement.resources)
            condition = f"`{grant.statement.condition}`" if grant.statement.condition else ""
            yield grant.role.place, grant.assumed_by, actions, resources, condition

    found = _across(stages, rows)
    parts = [f"{HEAD}\n# Grants\n\nWhat the role of each program may do.\n"]
    for (role, service), granted in itertools.groupby(found, key=lambda row: row[:2]):
        head = ("actions", "on", "when", "environments")
        rights = table(head, [row[2:] for row in granted])
        parts.append(f"## {role}\n\nAssumed by `{service}`.\n\n{rights}")
    return "\n".join(parts)


def _across(stages: Sequence[Stage], rows: Callable[[Stage], Iterable[Row]]) -> list[Row]:
    """The rows of all stages, each once and in order, with the stages that have it."""
    found: dict[Row, list[str]] = {}
    for stage in stages:
        for row in dict.fromkeys(tuple(map(stage.neutral, row)) for row in rows(stage)):
            found.setdefault(row, []).append(stage.name)
    return [
        (*row, "all" if len(names) == len(stages) else ", ".join(names))
        for row, names in sorted(found.items())
    ]
