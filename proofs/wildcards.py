"""Every wildcard of every policy, and the reason why it is there.

An identity's wildcard is a finding of cdk-nag, so its reason is the acknowledgement beside it.
What cdk-nag does not look at, the policies of resources, has its reasons in ``wildcards.toml``.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from proofs import acknowledgements
from proofs.acknowledgements import Accepted
from proofs.assembly import Resource, Stage
from proofs.policies import Statement, flattened, statements

FILE = Path(__file__).parent / "wildcards.toml"
RULES = {"Action": "IAM5", "Resource": "IAM5", "Policy": "IAM4"}
"""Who finds what in an identity's policy: AwsSolutions' rules by kind of element."""

WILD = set("*?")
"""What stands for any text, or for any one character."""


@dataclass(frozen=True)
class Reason:
    """Why one kind of wildcard stands in the policies of a resource type. All are patterns."""

    policy: str
    """Type and place of the resource that has the policy."""
    effect: str
    element: str
    """Kind and value: ``Action::kms:[*]``. A star that is meant stands in brackets."""
    to: str
    """Who is allowed or refused."""
    reason: str
    when: str = "*"
    """The statement's condition as JSON; ``?*`` is any."""

    def explains(self, wildcard: "Wildcard") -> bool:
        """Whether it is this wildcard's."""
        return (
            fnmatchcase(f"{wildcard.resource.type} {wildcard.resource.place}", self.policy)
            and fnmatchcase(wildcard.effect, self.effect)
            and fnmatchcase(wildcard.element, self.element)
            and fnmatchcase(wildcard.condition, self.when)
            and all(fnmatchcase(principal, self.to) for principal in wildcard.principals or ("",))
        )


@dataclass(frozen=True)
class Wildcard:
    """One element of a statement that stands for more than it names."""

    resource: Resource
    effect: str
    element: str
    """Kind and value: ``Resource::<Site.Arn>/*``."""
    actions: tuple[str, ...]
    principals: tuple[str, ...]
    condition: str
    reason: str | None

    def __str__(self) -> str:
        """One line for who has to give the reason."""
        whose = f"{self.resource.place} ({self.resource.type})"
        verb = {"Allow": "allows", "Deny": "denies"}[self.effect]
        return f"{whose} {verb} {', '.join(self.actions)}: {self.element}"


def read(file: Path = FILE) -> list[Reason]:
    """The reasons for wildcards in resources' policies; `TypeError` for a wrong field."""
    with file.open("rb") as content:
        return [Reason(**entry) for entry in tomllib.load(content)["wildcard"]]


def wildcards(stage: Stage, reasons: Sequence[Reason]) -> Iterator[Wildcard]:
    """Every wildcard of the stage, with its reason or None."""
    accepted = acknowledgements.accepted(stage)
    for resource in stage.resources:
        for found in _of(resource):
            given = (r.reason for r in reasons if r.explains(found))
            beside = filter(None, map(partial(_beside, found), accepted))
            yield Wildcard(**{**vars(found), "reason": next(beside, None) or next(given, None)})


def unused(stages: Sequence[Stage], reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons that explain nothing in any stage."""
    found = [w for stage in stages for resource in stage.resources for w in _of(resource)]
    return [reason for reason in reasons if not any(map(reason.explains, found))]


def _of(resource: Resource) -> Iterator[Wildcard]:
    for arn in map(flattened, resource.properties.get("ManagedPolicyArns", ())):
        if ":iam::aws:policy/" in arn:  # what AWS writes changes, and hardly any has no wildcard
            yield Wildcard(resource, "Allow", f"Policy::{arn}", ("what AWS lists",), (), "", None)
    for one in statements(resource):
        effect = "Allow" if one.allows else "Deny"
        for element in _elements(one):
            yield Wildcard(
                resource, effect, element, one.actions, one.principals, one.condition, None
            )


def _elements(statement: Statement) -> Iterator[str]:
    kinds = {
        "Action": statement.actions,
        "Resource": statement.resources,
        "Principal": tuple(p for p in statement.principals if p.startswith("*")),
    }
    for kind, values in kinds.items():
        yield from (f"{kind}::{value}" for value in values if set(value) & WILD)


def _beside(wildcard: Wildcard, accepted: Accepted) -> str | None:
    rule = RULES.get(wildcard.element.split("::")[0])
    if not accepted.rule.endswith(f"-{rule}[{wildcard.element}]"):
        return None
    place = f"{wildcard.resource.stack}/{wildcard.resource.path}"
    return accepted.reason if f"{place}/".startswith(f"{accepted.construct}/") else None
