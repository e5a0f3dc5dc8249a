"""What a site may draw: by phase, by fuse and in time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from services.charging.domain.smart_charging.daily_time import DailyTime

STEP_MA = 100
"""The limits of OCPP have at most one decimal of an ampere (1.6, section 7.14)."""
LEAST_MA = 6_000
"""Below 6 A no vehicle charges by the control pilot (IEC 61851-1, annex A): 6 A, or a pause."""
NOMINAL_V = 230
"""Between a phase and neutral (EN 60038)."""


class Phase(IntEnum):
    """A phase of the site's connection, however a station's own terminals are named."""

    L1 = 0
    L2 = 1
    L3 = 2


ALL_PHASES = (Phase.L1, Phase.L2, Phase.L3)


class Sharing(StrEnum):
    """Who comes first when there is not enough for everybody."""

    FAIR = "fair"
    """All alike."""
    PRIORITY = "priority"
    """The higher priority first, those of one priority alike. Nobody waits for ever."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that each phase may carry, in mA."""

    l1: int
    l2: int
    l3: int

    def of(self, phase: Phase) -> int:
        """The most of one phase."""
        return (self.l1, self.l2, self.l3)[phase]

    def and_(self, other: "Limit") -> "Limit":
        """What both allow."""
        return Limit(min(self.l1, other.l1), min(self.l2, other.l2), min(self.l3, other.l3))


@dataclass(frozen=True, slots=True)
class Window:
    """A lower limit for a time, ``[begins_at, ends_at)``."""

    begins_at: datetime
    ends_at: datetime
    limit: Limit


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A lower limit for a time of the day."""

    time: DailyTime
    limit: Limit


@dataclass(frozen=True, slots=True)
class Fuse:
    """Some stations of the site share a line of their own. Fuses may lie behind each other."""

    name: str
    limit: Limit
    stations: frozenset[str]
    connector_id: int | None = None
    """Of the stations; None: all of them."""
    windows: tuple[Window, ...] = ()

    def carries(self, station_id: str, connector_id: int) -> bool:
        """Whether a connector's current flows through it."""
        return station_id in self.stations and self.connector_id in (None, connector_id)

    def within(self, begins_at: datetime, ends_at: datetime) -> Limit:
        """The least that it may carry at any moment of ``[begins_at, ends_at)``."""
        return _least(self.limit, self.windows, begins_at, ends_at)


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a station is connected: its own first, second and third phase, and the most it can."""

    phases: tuple[Phase, ...] = ALL_PHASES
    maximum_ma: int = 32_000


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """Everything that bounds what the sessions of a site draw together."""

    connection: Limit
    windows: tuple[Window, ...] = ()
    daily: tuple[DailyWindow, ...] = ()
    fuses: tuple[Fuse, ...] = ()
    sharing: Sharing = Sharing.FAIR
    stations: Mapping[str, Wiring] = field(default_factory=dict)
    """By id; a station that is not named is wired as `Wiring` says by itself."""

    def wiring(self, station_id: str) -> Wiring:
        """How a station is connected."""
        return self.stations.get(station_id, Wiring())

    def strangers(self, at_site: Collection[str]) -> Sequence[str]:
        """Where a station is named that is none of these: what is said of it protects nothing."""
        named = [
            (f"fuses.{number}.stations", station_id)
            for number, fuse in enumerate(self.fuses)
            for station_id in sorted(fuse.stations)
        ]
        named += [("stations", station_id) for station_id in self.stations]
        return [f"{where}: {one} is not at this site" for where, one in named if one not in at_site]

    def unplanned_ma(self, connectors: Mapping[str, int], now: datetime) -> int:
        """What each connector may draw without a plan: safe if all do at once, whenever it is.

        `connectors`: of each station. 0 when there is less for each than a vehicle can use.
        """
        lowest = self.connection
        for window in self.windows:
            if window.ends_at > now:
                lowest = lowest.and_(window.limit)
        for daily in self.daily:
            lowest = lowest.and_(daily.limit)
        lines = [(lowest, frozenset(connectors))]
        lines += [(fuse.limit, fuse.stations) for fuse in self.fuses]
        shares = [
            limit.of(phase) // load
            for limit, behind in lines
            for phase in ALL_PHASES
            if (
                load := sum(
                    count
                    for station_id, count in connectors.items()
                    if station_id in behind and phase in self.wiring(station_id).phases
                )
            )
        ]
        share = min(shares, default=0) // STEP_MA * STEP_MA
        return share if share >= LEAST_MA else 0

    def within(self, begins_at: datetime, ends_at: datetime) -> Limit:
        """The least that the connection may carry at any moment of ``[begins_at, ends_at)``."""
        least = _least(self.connection, self.windows, begins_at, ends_at)
        for daily in self.daily:
            if daily.time.touches(begins_at, ends_at):
                least = least.and_(daily.limit)
        return least


def _least(
    limit: Limit, windows: Iterable[Window], begins_at: datetime, ends_at: datetime
) -> Limit:
    for window in windows:
        if window.begins_at < ends_at and begins_at < window.ends_at:
            limit = limit.and_(window.limit)
    return limit
