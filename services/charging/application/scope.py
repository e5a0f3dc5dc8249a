"""Whose data a caller sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One company's, or within it one driver's."""

    company_id: str
    driver_id: str | None = None
    """``sub`` of a driver, who sees only what is the driver's own; None: all of the company."""
    is_machine: bool = False
    """Of a partner, who sees nobody's home, nor who charges there."""

    @property
    def is_whole(self) -> bool:
        """Whether it is an operator's, who sees all that is kept of a station."""
        return self.driver_id is None and not self.is_machine
