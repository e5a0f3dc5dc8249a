"""The statements of every policy in a template: of identities, of resources, of organisations."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from proofs.assembly import Json, Resource

WORDS = ("Statement", "Effect")
"""The words that no policy lacks."""


class PolicyError(ValueError):
    """A policy cannot be read; says which."""


@dataclass(frozen=True)
class Statement:
    """One statement, references written as in ``<Table.Arn>/index/*``."""

    resource: Resource
    """Whose template entry has it."""
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    """Kind and name, as ``Service:ecs-tasks.amazonaws.com``; none in an identity's policy."""
    condition: str


def statements(resource: Resource) -> Iterator[Statement]:
    """Every statement in the resource's properties, wherever a policy stands.

    Raises `PolicyError` for a policy in a text that is no JSON.
    """
    if resource.type == "AWS::Lambda::Permission":
        yield _permission(resource)
    try:
        documents = list(_documents(resource.properties))
    except json.JSONDecodeError as error:
        raise PolicyError(f"{resource.place} ({resource.type}): {error}: {error.doc}") from error
    for document in documents:
        for statement in _listed(document["Statement"]):
            yield Statement(
                resource=resource,
                allows=statement["Effect"] == "Allow",
                actions=tuple(_named(statement, "Action")),
                resources=tuple(_named(statement, "Resource")),
                principals=tuple(_principals(statement)),
                condition=json.dumps(statement["Condition"]) if "Condition" in statement else "",
            )


def flattened(value: Any) -> str:
    """A value with its references as one text, in cdk-nag's form: its findings are named so."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(map(flattened, parts))
        case {"Fn::Sub": text}:
            return flattened(text)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output}}:
            return f"<{stack}.{output}>"
        case _:
            return json.dumps(value, sort_keys=True)


def _permission(resource: Resource) -> Statement:
    """A function's policy is written one permission at a time."""
    conditions = dict(resource.properties)
    action, function, principal = (
        flattened(conditions.pop(name)) for name in ("Action", "FunctionName", "Principal")
    )
    return Statement(
        resource=resource,
        allows=True,
        actions=(action,),
        resources=(function,),
        principals=(principal,),
        condition=json.dumps(conditions) if conditions else "",
    )


def _documents(node: Any) -> Iterator[Json]:
    """Every policy in it, those that are written as JSON in a text included."""
    text = _text(node)
    if text is not None:
        yield from _written(text)
    elif isinstance(node, dict):
        found = _listed(node.get("Statement", ()))
        if found and all(isinstance(s, dict) and "Effect" in s for s in found):
            yield node
            return
        for value in node.values():
            yield from _documents(value)
    elif isinstance(node, list):
        for item in node:
            yield from _documents(item)


def _text(node: Any) -> str | None:
    """A text, each reference within it as `flattened` writes it; None for what is no text."""
    match node:
        case str() as text:
            return text
        case {"Fn::Sub": str() as text} | {"Fn::Sub": [str() as text, _]}:
            return text
        case {"Fn::Join": [str() as delimiter, list() as parts]}:
            return delimiter.join(p if isinstance(p, str) else _quoted(p) for p in parts)
        case _:
            return None


def _quoted(reference: Any) -> str:
    """As it may stand between the quotation marks of a JSON text."""
    return json.dumps(flattened(reference))[1:-1]


def _written(text: str) -> Iterator[Json]:
    """The policies in a text."""
    if text.lstrip().startswith(("{", "[")) and all(word in text for word in WORDS):
        yield from _documents(json.loads(text))


def _named(statement: Json, what: str) -> Iterable[str]:
    """The statement's actions or resources; those that it leaves out are written ``* but …``."""
    yield from map(flattened, _listed(statement.get(what, ())))
    for left_out in _listed(statement.get(f"Not{what}", ())):
        yield f"* but {flattened(left_out)}"


def _principals(statement: Json) -> Iterable[str]:
    for kind in ("Principal", "NotPrincipal"):
        prefix = "* but " if kind == "NotPrincipal" else ""
        match statement.get(kind):
            case str() as anyone:
                yield f"{prefix}{anyone}"
            case dict() as named:
                for sort, names in named.items():
                    for name in map(flattened, _listed(names)):
                        yield prefix + (name if name == "*" else f"{sort}:{name}")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
