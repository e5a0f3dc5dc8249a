"""Waivers: losses that somebody decided on, for a reason, until a day."""

import datetime
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from proofs.losses import Loss

FILE = Path(__file__).parent / "waivers.toml"
LONGEST = datetime.timedelta(days=90)
"""For one deployment; what is allowed for longer is no exception any more."""


@dataclass(frozen=True)
class Waiver:
    """One loss that is meant."""

    environment: str
    identity: str
    """Stack and logical id: ``live-data/TableCD117FA1``."""
    change: str
    reason: str
    owner: str
    until: datetime.date
    """The last day on which it counts."""

    def __str__(self) -> str:
        """For a message."""
        return f"the waiver for {self.identity} ({self.change}, {self.owner}, until {self.until})"

    def covers(self, loss: Loss) -> bool:
        """Whether the loss is the one that was decided on."""
        return (self.identity, self.change) == (str(loss.identity), loss.change)


class WaiversError(ValueError):
    """The file is not what it should be; says where."""


def read(file: Path | None = None) -> list[Waiver]:
    """Raises `WaiversError` for a field that is missing, unknown or empty, or a wrong date."""
    with (file or FILE).open("rb") as content:
        entries = tomllib.load(content).get("waiver", [])
    return [_waiver(number, entry) for number, entry in enumerate(entries, 1)]


def _waiver(number: int, entry: dict[str, object]) -> Waiver:
    fields = Waiver.__annotations__
    if entry.keys() != fields.keys():
        raise WaiversError(f"waiver {number}: a waiver has exactly {', '.join(fields)}")
    for name, type_ in fields.items():
        if not entry[name] or type(entry[name]) is not type_:
            raise WaiversError(f"waiver {number}: {name} is to be a {type_.__name__}, not empty")
    return Waiver(**entry)  # type: ignore[arg-type]  # checked above


def judge(
    environment: str, found: Iterable[Loss], waivers: Sequence[Waiver], today: datetime.date
) -> list[str]:
    """One line for each loss that nobody waived, and each waiver that is not right.

    One that has expired, that counts for longer than `LONGEST`, or that waives nothing.
    """
    mine = [waiver for waiver in waivers if waiver.environment == environment]
    losses = list(found)
    faults = [str(loss) for loss in losses if not any(w.covers(loss) for w in mine)]
    for waiver in mine:
        if waiver.until < today:
            faults.append(f"{waiver} has expired")
        if waiver.until > today + LONGEST:
            faults.append(f"{waiver} counts for more than {LONGEST.days} days: choose a nearer day")
        if not any(waiver.covers(loss) for loss in losses):
            faults.append(f"{waiver} waives nothing: remove it")
    return faults
