"""What programs do of what their roles may: actions granted against actions taken in the tests.

``taken-actions.json`` is written by the tests themselves. ``grants.toml`` names the program of each
role, and gives the reason of each action that its program never takes.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from proofs.assembly import Stage
from proofs.grants import Grant, grants

TAKEN = Path(__file__).parent / "taken-actions.json"
FILE = Path(__file__).parent / "grants.toml"
RUNS_PROGRAMS = ("ecs-tasks.amazonaws.com", "lambda.amazonaws.com")
"""Services whose roles are programs'; other roles are a service's own, which AWS's code uses."""

PERMITTED_BY = {
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
"""Operations whose IAM action has another name (Service Authorization Reference)."""


@dataclass(frozen=True)
class Reason:
    """Why a role has actions that its program never takes. Role and actions are patterns."""

    role: str
    actions: tuple[str, ...]
    reason: str

    def explains(self, role: str, action: str) -> bool:
        """Whether it is this action's of that role."""
        return fnmatchcase(role, self.role) and any(fnmatchcase(action, a) for a in self.actions)


@dataclass(frozen=True)
class Usage:
    """What is known of programs beside the assembly."""

    programs: dict[str, str]
    """By role, its place in the assembly: the program that has it."""
    taken: dict[str, frozenset[str]]
    """By program: the IAM actions that it takes in the tests."""
    reasons: tuple[Reason, ...]
    sometimes: tuple[Reason, ...] = ()
    """For what is granted only where a setting asks for it."""
    elsewhere: tuple[Reason, ...] = ()
    """For what is taken as another account's role, which grants it there."""

    def why(self, role: str, action: str) -> str | None:
        """What the role has the action for; None where nobody knows."""
        if any(fnmatchcase(one, action) for one in self.taken.get(self.programs.get(role, ""), ())):
            return "taken in the tests"
        return next((r.reason for r in self.reasons if r.explains(role, action)), None)


NOTHING_KNOWN = Usage({}, {}, ())


def read(taken: Path = TAKEN, file: Path = FILE) -> Usage:
    """`TypeError` for a wrong field."""
    known = tomllib.loads(file.read_text(encoding="utf-8"))
    recorded = json.loads(taken.read_text(encoding="utf-8"))
    unused, sometimes, elsewhere = (
        tuple(Reason(**{**one, "actions": tuple(one["actions"])}) for one in known.get(kind, ()))
        for kind in ("unused", "sometimes", "elsewhere")
    )
    return Usage(
        known["programs"],
        {p: frozenset(PERMITTED_BY.get(a, a) for a in done) for p, done in recorded.items()},
        unused,
        sometimes,
        elsewhere,
    )


def faults(stage: Stage, usage: Usage) -> Iterator[str]:
    """One line for each action of a program's role that is not taken, or taken and not granted."""
    granted: dict[str, set[str]] = {}
    for grant in programs_grants(stage):
        granted.setdefault(grant.role.place, set()).update(grant.statement.actions)
    for role, actions in granted.items():
        for action in sorted(actions):
            if usage.why(role, action) is None:
                yield f"{stage.name}/{role} may do {action}, and no test does it"
        for action in sorted(usage.taken.get(usage.programs.get(role, ""), ())):
            is_granted = any(fnmatchcase(action, one) for one in actions)
            explained = (*usage.sometimes, *usage.elsewhere)
            if not is_granted and not any(one.explains(role, action) for one in explained):
                yield f"{stage.name}/{role} may not do {action}, and a test does it"


def unused(stages: Sequence[Stage], usage: Usage) -> list[Reason]:
    """The reasons that explain no action of any role: none granted, or none taken elsewhere."""
    granted = [
        (grant.role.place, action)
        for stage in stages
        for grant in programs_grants(stage)
        for action in grant.statement.actions
    ]
    taken = [
        (role, action)
        for role, program in usage.programs.items()
        for action in usage.taken.get(program, ())
        if (role, action) not in granted
    ]
    explaining = [(one, granted) for one in (*usage.reasons, *usage.sometimes)]
    explaining += [(one, taken) for one in usage.elsewhere]
    return [reason for reason, of in explaining if not any(reason.explains(*one) for one in of)]


def programs_grants(stage: Stage) -> Iterator[Grant]:
    """Those to roles of programs."""
    return (grant for grant in grants(stage) if grant.assumed_by in RUNS_PROGRAMS)
