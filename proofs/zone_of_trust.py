"""Who from outside the organisation's accounts is let in: nobody without a reason.

An account that a policy names is the organisation's own or stands in ``zone-of-trust.toml``.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from proofs.assembly import Stage
from proofs.policies import statements

FILE = Path(__file__).parent / "zone-of-trust.toml"
ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def read(file: Path = FILE) -> dict[str, str]:
    """Accounts of others that are let in, each with the reason."""
    with file.open("rb") as content:
        return {one["account"]: one["because"] for one in tomllib.load(content)["trusted"]}


def read_accounts(file: Path) -> set[str]:
    """The numbers of the organisation's accounts, as the file of settings has them."""
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    environments = (table["account"] for table in settings["environments"].values())
    return {*settings["accounts"].values(), *environments}


def faults(stage: Stage, ours: Collection[str], trusted: Mapping[str, str]) -> Iterator[str]:
    """One line for each statement that lets an account in which is neither."""
    known = {*ours, *trusted}
    for place, account, actions in _let_in(stage):
        if account not in known:
            yield (
                f"{stage.name}/{place} lets account {account} do {', '.join(actions)}: it is not "
                f"of the organisation. Take it out, or say why not in {FILE.name}"
            )


def unused(stages: Sequence[Stage], trusted: Mapping[str, str]) -> Iterator[str]:
    """One line for each account that is trusted and that no policy names."""
    named = {account for stage in stages for _, account, _ in _let_in(stage)}
    for account in trusted.keys() - named:
        yield f"{FILE.name} trusts account {account}, and no policy names it"


def _let_in(stage: Stage) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Place, account and actions of each statement that names an account as its principal."""
    for resource in stage.resources:
        for statement in statements(resource):
            if statement.allows:
                for account in sorted(set(ACCOUNT.findall(" ".join(statement.principals)))):
                    yield resource.place, account, statement.actions
