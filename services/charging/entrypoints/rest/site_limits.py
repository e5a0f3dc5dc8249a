"""The limits of a site in the words of operators: amperes, and names of phases."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field

from services.charging.domain.smart_charging.daily_time import DailyTime, Weekday
from services.charging.domain.smart_charging.limits import (
    DailyWindow,
    Fuse,
    Limit,
    Phase,
    Sharing,
    SiteLimits,
    Window,
    Wiring,
)
from services.charging.entrypoints.rest.identifiers import Identifier, ZoneName
from services.charging.entrypoints.rest.moments import Moment

PhaseName = Literal["L1", "L2", "L3"]


def _without_zone(shown: time) -> time:
    if shown.tzinfo is not None:
        raise ValueError("a time as a clock on the wall shows it, without a zone")
    return shown


Amperes = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=1)]
"""With at most one decimal, as OCPP has it."""
WallTime = Annotated[time, AfterValidator(_without_zone)]
ChargingAmperes = Annotated[Decimal, Field(ge=6, le=1_000, decimal_places=1)]


def milliamperes(amperes: Decimal) -> int:
    """As the domain counts."""
    return int(amperes * 1000)


def amperes(milliamperes: int) -> Decimal:
    """As operators say it, with the one decimal that OCPP has."""
    return (Decimal(milliamperes) / 1000).quantize(Decimal("0.1"))


class LimitIn(BaseModel, extra="forbid"):
    """The most that each phase may carry, in amperes."""

    l1: Amperes
    l2: Amperes
    l3: Amperes

    @classmethod
    def of(cls, limit: Limit) -> Self:
        """As it was given."""
        return cls(l1=amperes(limit.l1), l2=amperes(limit.l2), l3=amperes(limit.l3))

    def limit(self) -> Limit:
        """In the domain's terms."""
        return Limit(milliamperes(self.l1), milliamperes(self.l2), milliamperes(self.l3))


class WindowIn(BaseModel, extra="forbid"):
    """A lower limit for a time."""

    begins_at: Moment
    ends_at: Moment
    limit: LimitIn


class DailyWindowIn(BaseModel, extra="forbid"):
    """A lower limit whenever the clock in this zone shows a time of it, on some weekdays."""

    begins: WallTime
    ends: WallTime
    """When it is not after `begins`: of the next day."""
    days: Annotated[list[Weekday], Field(min_length=1)]
    """On which it begins."""
    time_zone: ZoneName
    limit: LimitIn


class FuseIn(BaseModel, extra="forbid"):
    """Stations on a line of their own."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    limit: LimitIn
    stations: Annotated[list[Identifier], Field(max_length=1000)]


class WiringIn(BaseModel, extra="forbid"):
    """On which phases of the site a station's own first, second and third are."""

    phases: Annotated[list[PhaseName], Field(min_length=1, max_length=3)] = [
        "L1",
        "L2",
        "L3",
    ]
    maximum_a: ChargingAmperes = Decimal(32)


class SiteLimitsIn(BaseModel, extra="forbid"):
    """Everything that bounds what a site draws; replaces what was set before."""

    connection: LimitIn
    sharing: Sharing = Sharing.FAIR
    windows: Annotated[list[WindowIn], Field(max_length=1000)] = []
    daily: Annotated[list[DailyWindowIn], Field(max_length=100)] = []
    fuses: Annotated[list[FuseIn], Field(max_length=100)] = []
    stations: Annotated[dict[Identifier, WiringIn], Field(max_length=1000)] = {}

    def limits(self) -> SiteLimits:
        """In the domain's terms; `ValueError` names what contradicts itself."""
        for number, window in enumerate(self.windows):
            if window.ends_at <= window.begins_at:
                raise ValueError(f"windows.{number}: ends_at must be after begins_at")
        for station_id, wiring in self.stations.items():
            if len(set(wiring.phases)) < len(wiring.phases):
                raise ValueError(f"stations.{station_id}: a phase is named twice")
        return SiteLimits(
            connection=self.connection.limit(),
            windows=tuple(
                Window(one.begins_at, one.ends_at, one.limit.limit()) for one in self.windows
            ),
            daily=tuple(
                DailyWindow(
                    DailyTime(one.begins, one.ends, frozenset(one.days), one.time_zone),
                    one.limit.limit(),
                )
                for one in self.daily
            ),
            fuses=tuple(
                Fuse(one.name, one.limit.limit(), frozenset(one.stations)) for one in self.fuses
            ),
            sharing=self.sharing,
            stations={
                station_id: Wiring(
                    tuple(Phase[name] for name in one.phases), milliamperes(one.maximum_a)
                )
                for station_id, one in self.stations.items()
            },
        )


class SiteLimitsOut(SiteLimitsIn):
    """The limits of a site as they stand; each change is a version."""

    site_id: str
    version: int

    @classmethod
    def of(cls, site_id: str, version: int, limits: SiteLimits) -> Self:
        """As they were given."""
        return cls(
            site_id=site_id,
            version=version,
            connection=LimitIn.of(limits.connection),
            sharing=limits.sharing,
            windows=[
                WindowIn(begins_at=one.begins_at, ends_at=one.ends_at, limit=LimitIn.of(one.limit))
                for one in limits.windows
            ],
            daily=[
                DailyWindowIn(
                    begins=one.time.begins,
                    ends=one.time.ends,
                    days=[day for day in Weekday if day in one.time.days],
                    time_zone=one.time.time_zone,
                    limit=LimitIn.of(one.limit),
                )
                for one in limits.daily
            ],
            fuses=[
                FuseIn(name=one.name, limit=LimitIn.of(one.limit), stations=sorted(one.stations))
                for one in limits.fuses
            ],
            stations={
                station_id: WiringIn.model_validate(
                    {
                        "phases": [phase.name for phase in one.phases],
                        "maximum_a": amperes(one.maximum_ma),
                    }
                )
                for station_id, one in limits.stations.items()
            },
        )
