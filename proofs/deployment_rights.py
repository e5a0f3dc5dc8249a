"""What deployments may do in each account: all that its resources need, and no more.

The official resource schemas list the actions that each type's handlers take; what they say too
little or too much stands in ``deployment-rights.toml``. Accounts of one kind, such as all
environments, have the same rights: those that any of them needs.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from proofs.assembly import Stack, Stage
from proofs.policies import statements
from proofs.replacement import known_actions, schema

FILE = Path(__file__).parent / "deployment-rights.toml"
POLICY = "fleetcharge-deployment-*"
"""Names of the policies that the bootstrap gives to what CloudFormation acts as."""
EXECUTION = "cloudFormationExecutionRoleArn"
"""What a stack's artifact has where it is deployed by that role."""
Kinds = Mapping[str, str]
"""The kind of each account, by its number; one without a kind has no such policies."""
Rights = dict[str, set[str]]
"""Actions by kind of account."""


@dataclass(frozen=True)
class Correction:
    """Of what schemas say."""

    types: tuple[str, ...]
    actions: tuple[str, ...]
    because: str

    def is_of(self, type_: str) -> bool:
        """Whether it is about the resource type."""
        return any(fnmatchcase(type_, pattern) for pattern in self.types)

    def names(self, action: str) -> bool:
        """Whether it is about the action."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions)


@dataclass(frozen=True)
class Corrections:
    """All of them."""

    beside: tuple[Correction, ...] = ()
    withheld: tuple[Correction, ...] = ()


def read(file: Path = FILE) -> Corrections:
    """`TypeError` for a wrong field."""
    known = tomllib.loads(file.read_text(encoding="utf-8"))
    return Corrections(
        *(
            tuple(
                Correction(tuple(one.pop("types")), tuple(one.pop("actions")), **one)
                for one in known[kind]
            )
            for kind in ("beside", "withheld")
        )
    )


def needed(stages: Sequence[Stage], kinds: Kinds, corrections: Corrections) -> Rights:
    """By the types of all that is deployed in accounts of a kind."""
    rights: Rights = {kind: set() for kind in kinds.values()}
    for kind, types in _types(stages, kinds).items():
        for type_ in types:
            rights[kind] |= asked(type_, corrections)
    return rights


def asked(type_: str, corrections: Corrections) -> set[str]:
    """What deployments do for a resource of the type."""
    beside = (one.actions for one in corrections.beside if one.is_of(type_))
    withheld = [one for one in corrections.withheld if one.is_of(type_)]
    listed = (one for one in _listed(type_) if not any(other.names(one) for other in withheld))
    return {*listed, *(action for actions in beside for action in actions)}


def granted(stages: Sequence[Stage], kinds: Kinds) -> Iterator[tuple[str, set[str]]]:
    """Each account's number, and the actions that its policies of deployments allow."""
    of_account: dict[str, set[str]] = {number: set() for number in kinds}
    for stack in (stack for stage in stages for stack in stage.stacks):
        for resource in stack.resources:
            name = str(resource.properties.get("ManagedPolicyName", ""))
            if fnmatchcase(name, POLICY) and (account := _account(stack)) in of_account:
                for statement in filter(lambda one: one.allows, statements(resource)):
                    of_account[account] |= set(statement.actions)
    yield from of_account.items()


def faults(stages: Sequence[Stage], kinds: Kinds, corrections: Corrections) -> Iterator[str]:
    """One line for each right that is missing or not needed, and each correction of nothing."""
    rights = needed(stages, kinds, corrections)
    for account, actions in granted(stages, kinds):
        kind = kinds[account]
        for action in sorted(rights[kind] - actions):
            yield f"deployments in {account} ({kind}) need {action} and may not"
        for action in sorted(actions - rights[kind]):
            yield f"deployments in {account} ({kind}) may {action}, and nothing there needs it"
    types = {type_ for found in _types(stages, kinds).values() for type_ in found}
    for one in corrections.beside:
        if not any(map(one.is_of, types)):
            yield f"{FILE.name} gives rights for {', '.join(one.types)}, and there is none"
    for one in corrections.withheld:
        listed = {action for type_ in filter(one.is_of, types) for action in _listed(type_)}
        for pattern in one.actions:
            if not any(fnmatchcase(action, pattern) for action in listed):
                yield f"{FILE.name} withholds {pattern}, and nothing asks for it"


def text(rights: Rights) -> str:
    """As the app reads them: the actions of each kind of account, in order."""
    return json.dumps({kind: sorted(found) for kind, found in rights.items()}, indent=1) + "\n"


def _types(stages: Sequence[Stage], kinds: Kinds) -> Rights:
    """By kind of account, the types of what CloudFormation makes there as that role."""
    found: Rights = {}
    for stack in (stack for stage in stages for stack in stage.stacks):
        if EXECUTION in stack.artifact and (kind := kinds.get(_account(stack))):
            found.setdefault(kind, set()).update(resource.type for resource in stack.resources)
    return found


@cache
def _listed(type_: str) -> frozenset[str]:
    """What the type's handlers and its tags ask for; nothing of a type without a schema.

    Without what is no action of any service: schemas also list names of API operations, and
    wildcards.
    """
    known = schema(type_)
    parts = [*known.get("handlers", {}).values(), known.get("tagging", {})]
    asked = sorted(action for part in parts for action in part.get("permissions", ()))
    # IAM does not look at case: of two spellings the first is the one with capitals.
    spelled = {action.lower(): action for action in reversed(asked)}
    return frozenset(spelled[action] for action in spelled.keys() & known_actions())


def _account(stack: Stack) -> str:
    return stack.target.removeprefix("aws://").partition("/")[0]
