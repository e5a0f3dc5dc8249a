"""What must hold of what is there, for a change to be made: nobody overwrites unseen changes."""

from dataclasses import dataclass


class ChangedMeanwhileError(Exception):
    """What is there is not what the change is for."""

    def __init__(self) -> None:
        super().__init__("it was changed meanwhile, or is not there")


@dataclass(frozen=True, slots=True)
class Entered:
    """What is there after a change."""

    is_new: bool
    version: int


@dataclass(frozen=True, slots=True)
class Precondition:
    """By default none."""

    exists: bool | None = None
    """Whether anything must be there, or nothing; None: either."""
    version: int | None = None
    """Of what must be there; None: any."""

    def check(self, version: int | None) -> None:
        """Raise `ChangedMeanwhileError`; `version` of what is there, None when nothing is."""
        if self.exists is not None and self.exists != (version is not None):
            raise ChangedMeanwhileError
        if self.version is not None and self.version != version:
            raise ChangedMeanwhileError

    def entered(self, *, is_new: bool, version: int) -> Entered:
        """What a change made; raises `ChangedMeanwhileError` where somebody else was quicker."""
        if self.exists is False and not is_new:
            raise ChangedMeanwhileError
        return Entered(is_new, version)


WHATEVER_IS_THERE = Precondition()
