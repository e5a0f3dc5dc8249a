"""What a deployment of an assembly would lose of what the ledger holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from proofs.ledger import Identity
from proofs.stateful_types import lost_with


class Change(StrEnum):
    """What would happen to a resource that the ledger holds."""

    REPLACED = "replaced"
    """CloudFormation makes a new one in its place."""
    RENAMED = "renamed"
    """It has another logical id or stack: a new one is made, and the old one goes."""
    ORPHANED = "orphaned"
    """No template has it any more."""


@dataclass(frozen=True)
class Loss:
    """One identity of the ledger that a deployment would not keep."""

    identity: Identity
    change: Change
    why: str
    successor: Identity | None = None
    """What there would be instead."""

    def __str__(self) -> str:
        """One line: what happens to which resource, why, and what is lost."""
        replaced = self.change is Change.REPLACED
        policy = self.identity.on_replacement if replaced else self.identity.on_deletion
        fate = f"is deleted: lost is {lost_with(self.identity.type)}"
        if policy.startswith("Retain"):
            fate = f"stays in the account, in no stack; the new one lacks {self._lost}"
            if self.change is Change.ORPHANED:
                fate = f"stays in the account, in no stack, with {self._lost}"
        if policy == "Snapshot":
            fate = f"is deleted after a snapshot: to be restored by hand is {self._lost}"
        return (
            f"{self.identity} ({self.identity.type}) would be {self.change}: {self.why}. "
            f"The old one {fate}."
        )

    @property
    def _lost(self) -> str:
        return lost_with(self.identity.type) or "nothing known"


def losses(recorded: Sequence[Identity], built: Sequence[Identity]) -> list[Loss]:
    """What of the recorded would not survive the deployment of what was built."""
    now = {identity.key: identity for identity in built}
    known = {identity.key for identity in recorded}
    arrivals = [identity for identity in built if identity.key not in known]
    return list(_losses(recorded, now, arrivals))


def _losses(
    recorded: Sequence[Identity],
    now: dict[tuple[str, str, str], Identity],
    arrivals: list[Identity],
) -> Iterator[Loss]:
    for identity in recorded:
        if built := now.get(identity.key):
            if why := _replacement(identity, built):
                yield Loss(identity, Change.REPLACED, why, built)
        elif successor := _successor(identity, arrivals):
            arrivals.remove(successor)
            why = f"it is {successor} in {successor.target} now"
            yield Loss(identity, Change.RENAMED, why, successor)
        else:
            yield Loss(identity, Change.ORPHANED, "no template has it")


def _replacement(old: Identity, new: Identity) -> str | None:
    if old.type != new.type:
        return f"its type changes to {new.type}"
    names = sorted(old.hangs_on.keys() | new.hangs_on.keys())
    changed = [name for name in names if old.hangs_on.get(name) != new.hangs_on.get(name)]
    return f"{', '.join(changed)} cannot change in place" if changed else None


def _successor(gone: Identity, arrivals: Sequence[Identity]) -> Identity | None:
    """The new identity that most likely is the one gone: same path, else same properties."""
    alike = [a for a in arrivals if a.type == gone.type]
    for likely in (
        [a for a in alike if (a.stack, a.path) == (gone.stack, gone.path)],
        [a for a in alike if a.hangs_on == gone.hangs_on and a.stack == gone.stack],
        [a for a in alike if a.hangs_on == gone.hangs_on],
        [a for a in alike if a.stack == gone.stack],
    ):
        if likely:
            return likely[0]
    return None
