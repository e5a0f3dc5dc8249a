"""What the demonstration plays: contracts, stations, and who charges where and when.

Either the story of one small fleet in the last full month, or a file of real sessions. All of it
is fixed by the file, or by the month, so that a second run meets what the first one left.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.session_file import RecordedSession
from simulator.charge import Charge


@dataclass(frozen=True, kw_only=True)
class FleetContract:
    """Terms for the cards of one customer, for whole months."""

    contract_id: str
    customer: str
    tokens: tuple[str, ...]
    months: tuple[date, ...]
    """First day of each month to close, in order."""

    @property
    def valid_from(self) -> date:
        """First day of the contract."""
        return self.months[0]

    @property
    def valid_to(self) -> date:
        """The day after its last."""
        return month_after(self.months[-1])


@dataclass(frozen=True, kw_only=True)
class PlannedCharge:
    """A charge, and whether the driver uses a card or the app."""

    charge: Charge
    by_app: bool = False


@dataclass
class PlannedStation:
    """A station, its site, and its charges in the order in which they start."""

    station_id: str
    site_id: str
    charges: list[PlannedCharge] = field(default_factory=list)

    @property
    def connectors(self) -> int:
        """How many connectors its charges need."""
        return max((planned.charge.connector for planned in self.charges), default=1)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that is played."""

    zone: ZoneInfo
    stations: list[PlannedStation]
    contracts: list[FleetContract]

    @property
    def charges(self) -> list[Charge]:
        """The charges of all stations."""
        return [planned.charge for station in self.stations for planned in station.charges]

    @property
    def energy_wh(self) -> int:
        """What all charges draw."""
        return sum(charge.energy_wh for charge in self.charges)

    def energy_of(self, contract: FleetContract) -> int:
        """What the charges with a contract's cards draw, in Wh."""
        tokens = {token.upper() for token in contract.tokens}
        return sum(c.energy_wh for c in self.charges if c.token.upper() in tokens)


def month_after(first: date) -> date:
    """The first day of the month after the one that begins on `first`."""
    return (first + timedelta(days=31)).replace(day=1)


def small_fleet(now: datetime, zone: ZoneInfo) -> Scenario:
    """Three stations, three drivers and twelve charges in the last full month before `now`."""
    month = (now.astimezone(zone).date().replace(day=1) - timedelta(days=1)).replace(day=1)
    tokens = ("04E1A2B3C4D580", "04E1A2B3C4D581", "04E1A2B3C4D582")
    stations = [PlannedStation(f"DE-FCH-E{number:04}", "depot-north") for number in (1, 2, 3)]
    for visit in range(12):
        station = stations[visit % 3]
        start = datetime.combine(
            month + timedelta(days=2 * visit + 1), time(7 + visit, 5 * visit), tzinfo=zone
        )
        by_app = station is stations[2]
        charge = Charge(
            connector=1,
            token=tokens[(visit + visit // 3) % 3],
            started_at=start.astimezone(UTC),
            ended_at=start.astimezone(UTC) + timedelta(minutes=40 + 17 * visit),
            energy_wh=8_000 + 1_731 * visit,
            stop_reason="Remote" if by_app else "Local",
            until_remote_stop=by_app,
        )
        station.charges.append(PlannedCharge(charge=charge, by_app=by_app))
    contract = FleetContract(
        contract_id="nordwind",
        customer="Nordwind Logistik GmbH",
        tokens=tokens,
        months=(month,),
    )
    return Scenario(zone=zone, stations=stations, contracts=[contract])


def of_sessions(sessions: Iterable[RecordedSession], zone: ZoneInfo) -> Scenario:
    """Every recorded session at its station, and one contract for each driver."""
    stations: dict[str, PlannedStation] = {}
    ends: dict[str, list[datetime]] = defaultdict(list)
    months: dict[str, set[date]] = defaultdict(set)
    for session in sorted(sessions, key=lambda s: (s.started_at, s.ended_at, s.session)):
        station = stations.setdefault(
            session.station, PlannedStation(session.station, session.site)
        )
        charge = Charge(
            connector=_free_connector(ends[session.station], session),
            token=session.driver,
            started_at=session.started_at,
            ended_at=session.ended_at,
            energy_wh=session.energy_wh,
        )
        station.charges.append(PlannedCharge(charge=charge))
        for moment in (session.started_at, session.ended_at):
            months[session.driver].add(moment.astimezone(zone).date().replace(day=1))
    contracts = [
        FleetContract(
            contract_id=f"driver-{driver}",
            customer=f"Driver {driver}",
            tokens=(driver,),
            months=_without_gaps(firsts),
        )
        for driver, firsts in sorted(months.items())
    ]
    return Scenario(zone=zone, stations=list(stations.values()), contracts=contracts)


def _free_connector(ends: list[datetime], session: RecordedSession) -> int:
    """The first connector whose last charge is over; a station has as many as it ever needs."""
    for index, end in enumerate(ends):
        if end <= session.started_at:
            ends[index] = session.ended_at
            return index + 1
    ends.append(session.ended_at)
    return len(ends)


def _without_gaps(firsts: set[date]) -> tuple[date, ...]:
    months = [min(firsts)]
    while months[-1] < max(firsts):
        months.append(month_after(months[-1]))
    return tuple(months)
