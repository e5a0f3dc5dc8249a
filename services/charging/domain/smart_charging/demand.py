"""What a session wants of its site."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.charging.domain.smart_charging.limits import ALL_PHASES, LEAST_MA, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One session that goes on."""

    session_id: UUID
    station_id: str
    connector_id: int = 1
    begun_at: datetime
    charging: bool = False
    """Whether it may draw current at present."""
    since: datetime
    """When that began; for a session that has had no current yet, when it began itself."""
    phases: tuple[Phase, ...] = ALL_PHASES
    """Those that the vehicle loads."""
    minimum_ma: int = LEAST_MA
    maximum_ma: int = 32_000
    """What vehicle, cable and station all bear."""
    priority: int = 0
    """The higher, the earlier; counts where the site shares by priority."""
    departure_at: datetime | None = None
    missing_wh: int | None = None
    """What it still wants; None: as much as there is."""
    prefers_solar: bool = False
    """Takes the site's surplus; from the grid only what its departure, or its turn, needs."""
    is_idle: bool = False
    """It took nothing lately, though it might have: others come first."""
    held_ma: int | None = None
    """It draws so much, whatever the plan says: its station cannot be told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What a connector out of reach may draw for a session that nobody knows of yet."""

    station_id: str
    connector_id: int
    phases: tuple[Phase, ...]
    held_ma: int
