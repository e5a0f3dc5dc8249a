"""Whose data a caller sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One company's, or within it one driver's."""

    company_id: str
    driver_id: str | None = None
    """``sub`` of a driver, who sees only what is the driver's own; None: all of the company."""
