"""How environments differ, property by property, and which setting each difference follows from.

Texts are compared after the environment's own settings in them are replaced by their names, so
that ``origin.qa.example.com`` and ``origin.example.com`` are both ``origin.{domain.name}``. What
still differs needs a rule in ``parity.toml``: type, property, setting. A rule is held to its word:
where the setting is the same in two environments, the property has to be as well.
"""

import ipaddress
import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from proofs.assembly import Json, Stack, Stage

FILE = Path(__file__).parent / "parity.toml"
NETWORK = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}\b")
ABSENT: Final = "–"
"""Stands for what an environment does not have."""

Settings = Mapping[str, Any]
"""One environment's settings by dotted name; a table stands under its own name as True."""


@dataclass(frozen=True)
class Rule:
    """A property that follows a setting."""

    type: str
    """Resource type, or a template's section; a pattern."""
    property: str
    """Dotted path below it, empty for the whole; a pattern."""
    setting: str
    """Dotted name, or ``name``, the environment's own; ``{stack}`` stands for the stack's; several
    with ``and`` between, where a property names each of them."""
    place: str = "*"
    """Stack and construct below it; a pattern."""


@dataclass(frozen=True)
class Difference:
    """One property that is not the same in all environments."""

    stack: str
    place: str
    """The construct below the stack."""
    type: str
    property: str
    values: Mapping[str, Any]
    """By environment."""

    def __str__(self) -> str:
        """One line for who has to explain it."""
        values = ", ".join(f"{name}: {json.dumps(value)}" for name, value in self.values.items())
        return f"{self.stack}/{self.place} ({self.type}) {self.property or 'itself'}: {values}"

    def setting(self, rules: Sequence[Rule], settings: Mapping[str, Settings]) -> str | None:
        """The setting that it follows from by a rule; None where none holds."""
        for rule in rules:
            name = rule.setting.replace("{stack}", self.stack)
            if self.is_meant_by(rule) and self._follows(name, settings):
                return name
        return None

    def is_meant_by(self, rule: Rule) -> bool:
        """Whether the rule is about this property."""
        return (
            fnmatchcase(self.type, rule.type)
            and fnmatchcase(self.property, rule.property)
            and fnmatchcase(f"{self.stack}/{self.place}", rule.place)
        )

    def _follows(self, name: str, settings: Mapping[str, Settings]) -> bool:
        given = {
            one: [{"name": one, **settings[one]}.get(part, ABSENT) for part in name.split(" and ")]
            for one in self.values
        }
        return all(
            given[one] != given[other] or self.values[one] == self.values[other]
            for one, other in itertools.combinations(self.values, 2)
        )


def read_rules(file: Path = FILE) -> list[Rule]:
    """`TypeError` for a wrong field."""
    with file.open("rb") as content:
        return [Rule(**entry) for entry in tomllib.load(content)["follows"]]


def read_settings(file: Path, table: str) -> dict[str, Settings]:
    """The tables below `table`, one for each environment, by dotted names."""
    with file.open("rb") as content:
        environments = tomllib.load(content)[table]
    return {name: dict(_dotted("", values)) for name, values in environments.items()}


def unused(found: Sequence[Difference], rules: Sequence[Rule]) -> list[Rule]:
    """The rules about nothing that differs."""
    return [rule for rule in rules if not any(one.is_meant_by(rule) for one in found)]


def differences(stages: Sequence[Stage], settings: Mapping[str, Settings]) -> Iterator[Difference]:
    """All that differs between the stages, in the order of the templates."""
    alike = {stage.name: _comparable(stage, settings) for stage in stages}
    stacks = {name: None for stage in alike.values() for name in stage}
    for stack in stacks:
        parts = {name: stage.get(stack, {}) for name, stage in alike.items()}
        for key in {key: None for part in parts.values() for key in part}:
            found = {name: part.get(key, ABSENT) for name, part in parts.items()}
            for path, values in _different((), found):
                yield Difference(stack, key[0], key[1], ".".join(path), values)


def _different(path: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    first, *others = values.values()
    if all(other == first for other in others):
        return
    if all(isinstance(value, dict) for value in values.values()):
        for key in {key: None for value in values.values() for key in value}:
            below = {name: value.get(key, ABSENT) for name, value in values.items()}
            yield from _different((*path, key), below)
    elif all(isinstance(value, list) and len(value) == len(first) for value in values.values()):
        for index in range(len(first)):
            below = {name: value[index] for name, value in values.items()}
            yield from _different((*path, str(index)), below)
    else:
        yield path, dict(values)


def _comparable(stage: Stage, settings: Mapping[str, Settings]) -> dict[str, dict[Any, Any]]:
    """By stack, every part of it by place and type."""
    neutral = _Neutral(stage, _telling(stage.name, settings))
    return {stack.name: dict(neutral.parts(stack)) for stack in stage.stacks}


@dataclass(frozen=True)
class _Neutral:
    stage: Stage
    telling: Mapping[str, str]
    """Settings by name whose value tells one environment from another, longest value first."""

    def parts(self, stack: Stack) -> Iterator[tuple[tuple[str, str], Json]]:
        names = {r.logical_id: f"<{self.text(r.path)}>" for r in stack.resources}
        shown = ("terminationProtection", "tags", "stackName")
        artifact = {key: stack.artifact.get(key) for key in shown} | {"target": stack.target}
        yield ("", "Stack"), self._node(artifact, {})
        for resource in stack.resources:
            place = self.text(resource.place.removeprefix(f"{stack.name}/"))
            yield (place, resource.type), self._node(resource.body, names)
        for section, content in stack.template.items():
            if section != "Resources":
                for name, part in content.items():
                    yield (self.text(name), section), self._node(part, names)

    def _node(self, node: Any, names: Mapping[str, str]) -> Any:
        match node:
            case str():
                return names.get(node) or self.text(node)
            case dict():
                return {self.text(key): self._node(value, names) for key, value in node.items()}
            case list():
                return [self._node(item, names) for item in node]
            case _:
                return node

    def text(self, text: str) -> str:
        text = NETWORK.sub(self._network, text)
        for name, value in self.telling.items():
            text = text.replace(value, f"{{{name}}}")
        return self.stage.neutral(text)

    def _network(self, found: re.Match[str]) -> str:
        """A network inside one of the settings', by its place in it: ``{cidr}[3]/20``."""
        network = ipaddress.IPv4Network(found[0], strict=False)
        for name, value in self.telling.items():
            if NETWORK.fullmatch(value):
                whole = ipaddress.IPv4Network(value)
                if network != whole and network.subnet_of(whole):
                    size = network.num_addresses
                    offset = int(network.network_address) - int(whole.network_address)
                    return f"{{{name}}}[{offset // size}]/{network.prefixlen}"
        return found[0]


def _telling(name: str, settings: Mapping[str, Settings]) -> dict[str, str]:
    mine = {key: value for key, value in settings[name].items() if isinstance(value, str)}
    return {
        key: value
        for key, value in sorted(mine.items(), key=lambda item: -len(item[1]))
        if any(other.get(key) != value for other in settings.values())
    }


def _dotted(above: str, values: Json) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield above + name, True
            yield from _dotted(f"{above}{name}.", value)
        else:
            yield above + name, value
