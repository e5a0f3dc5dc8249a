"""The room that is left on each line of a site, and how sessions share it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.charging.domain.smart_charging.limits import STEP_MA

Lines = tuple[tuple[int, int], ...]
"""The lines that a session loads, by number, each with how often: a session of three phases takes
three times its current out of a sum over all phases."""


class Room:
    """What each line can still carry, in mA; no taking makes it negative."""

    def __init__(self, amounts: Sequence[int]) -> None:
        self._left = [max(0, amount) for amount in amounts]

    def __getitem__(self, line: int) -> int:
        return self._left[line]

    def on(self, lines: Lines) -> int:
        """The most that all of these lines carry, in whole steps."""
        return min(self._left[line] // times for line, times in lines) // STEP_MA * STEP_MA

    def take(self, lines: Lines, current: int) -> None:
        """Use so much of each; what is not there cannot be taken."""
        for line, times in lines:
            self._left[line] = max(0, self._left[line] - times * current)


@dataclass(slots=True)
class Share:
    """What one session gets."""

    lines: Lines
    most: int
    current: int = 0

    def raise_to(self, current: int, room: Room) -> None:
        """Take more, if there is room and it is allowed: as much as is there of it."""
        more = min(current, self.most) - self.current
        more = min(more, room.on(self.lines))
        if more > 0:
            room.take(self.lines, more)
            self.current += more

    def begin(self, minimum: int, room: Room) -> bool:
        """Take the minimum or nothing; whether the session charges."""
        if self.current == 0 and minimum <= min(self.most, room.on(self.lines)):
            room.take(self.lines, minimum)
            self.current = minimum
        return self.current > 0


def fill(shares: Iterable[Share], room: Room) -> None:
    """Raise all shares alike, each until it has its most or one of its lines is full."""
    rising = sorted(
        (share for share in shares if share.current < share.most),
        key=lambda share: share.most - share.current,
    )
    load: dict[int, int] = {}
    for share in rising:
        for line, times in share.lines:
            load[line] = load.get(line, 0) + times
    level = 0
    while rising:
        step = min(room[line] // times for line, times in load.items() if times)
        step = step // STEP_MA * STEP_MA
        headroom = rising[0].most - rising[0].current - level
        if headroom <= step:
            level += headroom
            full: set[int] = set()
            leaving = [rising[0]]
        else:
            level += step
            headroom = step
            full = {
                line
                for line, times in load.items()
                if times and room[line] - times * step < times * STEP_MA
            }
            leaving = [s for s in rising if any(line in full for line, _ in s.lines)]
        for line, times in load.items():
            room.take(((line, times),), headroom)
        for share in leaving:
            share.current += level
            for line, times in share.lines:
                load[line] -= times
        gone = set(map(id, leaving))
        rising = rising[1:] if not full else [s for s in rising if id(s) not in gone]
        for share in leaving:
            if full:  # The rest of a full line, as far as it goes round.
                share.raise_to(share.current + STEP_MA, room)
