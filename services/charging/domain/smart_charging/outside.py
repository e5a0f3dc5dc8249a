"""Limits that somebody else sets at a station: the grid's operator, the building (K12, K13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.charging.domain.smart_charging.limits import Fuse, Limit, Window
from services.charging.domain.smart_charging.vehicle import Period

_UNLIMITED = Limit(10_000_000, 10_000_000, 10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLimit:
    """Of one source, at a station or at one of its EVSEs. The station keeps it by itself."""

    station_id: str
    evse_id: int
    """0: the station as a whole."""
    source: str
    """In the words of OCPP: ``EMS``, ``SO``, ``CSO`` or ``Other``."""
    told_at: datetime
    periods: tuple[Period, ...]

    @property
    def line(self) -> Fuse:
        """As a line through which the station's current flows."""
        return Fuse(
            name=f"{self.source} at {self.station_id}",
            limit=_UNLIMITED,
            stations=frozenset({self.station_id}),
            connector_id=self.evse_id or None,
            windows=tuple(_windows(self.periods)),
        )


def _windows(periods: Iterable[Period]) -> Iterable[Window]:
    for one in periods:
        limit = Limit(one.limit_ma, one.limit_ma, one.limit_ma)
        yield Window(one.begins_at, one.ends_at, limit)
