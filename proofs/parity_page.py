"""The register of how environments differ, one part for each setting that they differ by."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofs.assembly import Stage
from proofs.markdown import HEAD, Row, table
from proofs.parity import ABSENT, Difference, Rule, Settings, differences

LONGEST = 60
"""Characters of a value that are shown."""
UNEXPLAINED = "Not explained"


def page(stages: Sequence[Stage], settings: Mapping[str, Settings], rules: Sequence[Rule]) -> str:
    """The text of ``parity.md``."""
    names = [stage.name for stage in stages]
    found = list(differences(stages, settings))
    by_setting: dict[str, list[Difference]] = {}
    for one in found:
        by_setting.setdefault(one.setting(rules, settings) or UNEXPLAINED, []).append(one)
    parts = [
        f"{HEAD}\n# Parity\n\n{', '.join(names)} are compared property by property, after their "
        f"own settings in texts are replaced by the settings' names. {len(found)} properties "
        "differ, each by one setting of `environments.toml`: where that is the same, they are.\n"
    ]
    for setting, different in sorted(by_setting.items()):
        given = [
            [{"name": name, **settings[name]}.get(part, ABSENT) for part in setting.split(" and ")]
            for name in names
        ]
        values = tuple(
            "" if setting == UNEXPLAINED else ", ".join(map(_shown, parts)) for parts in given
        )
        rows = [("", "**the setting**", *values), *_rows(different, names)]
        parts.append(f"## {setting}\n\n{table(('where', 'property', *names), rows)}")
    return "\n".join(parts)


def _rows(different: Sequence[Difference], names: Sequence[str]) -> Iterator[Row]:
    def what(one: Difference) -> Row:
        values = _telling(one.values)
        shown = [_shown(values[name], whole=not one.property) for name in names]
        kind = one.type.removeprefix("AWS::")
        return (f"{kind} {one.property.removeprefix('Properties.')}".strip(), *shown)

    for row, alike in itertools.groupby(sorted(different, key=what), key=what):
        yield ", ".join(f"{one.stack}/{one.place}".strip("/") for one in alike), *row


def _telling(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lists without the items that all of them have."""
    if not all(isinstance(value, list) for value in values.values()):
        return values
    first, *others = values.values()
    common = [item for item in first if all(item in other for other in others)]
    return {name: [item for item in value if item not in common] for name, value in values.items()}


def _shown(value: Any, *, whole: bool = False) -> str:
    """A value as a cell; of a whole resource only that it is there."""
    if value == ABSENT:
        return ABSENT
    if whole:
        return "there"
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}`"
