"""The drill: stations charge, a part is killed half-way, and afterwards everything is counted."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from contracts.events import SessionEndedEvent, SessionStartedEvent
from simulator.charge import Charge
from simulator.ocpp16 import station as ocpp16
from simulator.ocpp201 import station as ocpp201
from simulator.station import SAMPLE_INTERVAL, Station
from tests.charging.aws import running as running_aws
from tests.charging.program import KEY, ChargingProgram, charging_program
from tests.charging.queue import Queue, queue
from tests.postgres import Server

PARTS = ("the program", "PostgreSQL", "the queue")

_BEGAN = datetime(2026, 3, 1, 6, tzinfo=UTC)
_SESSIONS = """
    select station_id, started_at, energy_wh, id::text from session where station_id = any(%s)
"""
_READINGS = "select count(*) from meter_reading where station_id = any(%s)"


@dataclass(frozen=True)
class Counted:
    """What was acknowledged, and what is there."""

    charges: int
    answers: int
    lost: int
    """Acknowledged charges without their session, or whose session has another energy."""
    twice: int
    """Sessions without a charge of their own."""
    meter_values: tuple[int, int]
    """Acknowledged and kept."""
    records: tuple[int, int]
    """Starts and ends on the queue that are of these sessions, and those that are not the one of
    their kind."""
    longest_wait: float
    """Seconds until an answer, with every repetition."""

    @property
    def nothing_is_lost(self) -> bool:
        acknowledged, kept = self.meter_values
        return (self.lost, self.twice, kept) == (0, 0, acknowledged) and self.records == (
            2 * self.charges,
            0,
        )


class Drill:
    """A program, its database and its queue, each in a process of its own."""

    def __init__(self, server: Server, program: ChargingProgram, queue: Queue) -> None:
        self._server = server
        self._program = program
        self._queue = queue

    def run(self, part: str, station_ids: Sequence[str], charges: int) -> Counted:
        """Kill `part` when half of the charges are done."""
        self._program.register(*station_ids)
        kinds = itertools.cycle((ocpp16.Station, ocpp201.Station))
        fleet: list[Station] = [
            kind(self._program.stations_url, name, KEY)
            for kind, name in zip(kinds, station_ids, strict=False)
        ]
        days = [_charge(day) for day in range(charges)]
        waits = asyncio.run(_charge_all(fleet, days, half_way=self._killing(part)))
        return self._count(fleet, days, waits)

    def _killing(self, part: str) -> Callable[[], None]:
        def program() -> None:
            self._program.kill()
            self._program.start()

        def database() -> None:
            self._server.kill()
            self._server.start_again()

        def queue() -> None:
            self._queue.kill()
            self._queue.start()

        return dict(zip(PARTS, (program, database, queue), strict=True))[part]

    def _count(
        self, fleet: Sequence[Station], days: Sequence[Charge], waits: Sequence[float]
    ) -> Counted:
        ids = [station.station_id for station in fleet]
        expected = {(name, day.started_at, day.energy_wh) for name in ids for day in days}
        with psycopg.connect(self._program.database.conninfo) as connection:
            rows = connection.execute(_SESSIONS, (ids,)).fetchall()
            [kept] = connection.execute(_READINGS, (ids,)).fetchone() or [0]
        found = Counter(row[:3] for row in rows)
        samples = sum(len(list(day.readings(SAMPLE_INTERVAL))) for day in days)
        # In 2.0.1 begin and end tell the meter as well.
        ends = 2 * len(days) * sum(isinstance(station, ocpp201.Station) for station in fleet)
        return Counted(
            charges=len(expected),
            answers=sum(len(station.line.waits) for station in fleet),
            lost=len(expected - set(found)),
            twice=sum((found - Counter(expected)).values()),
            meter_values=(samples * len(ids) + ends, kept),
            records=self._records({row[3] for row in rows}),
            longest_wait=max(waits),
        )

    def _records(self, session_ids: set[str]) -> tuple[int, int]:
        wanted = {
            (kind, name)
            for kind in (SessionStartedEvent, SessionEndedEvent)
            for name in session_ids
        }
        while True:
            events = self._queue.events()
            told = Counter((type(e), e.data.session_id) for e in events)
            ours = Counter({key: number for key, number in told.items() if key in wanted})
            if len(ours) == len(wanted):
                return len(ours), sum(ours.values()) - len(ours)
            time.sleep(0.02)


@contextmanager
def drill(folder: Path) -> Iterator[Drill]:
    with (
        Server.running() as server,
        server.database() as database,
        running_aws() as aws,
        queue(folder) as session_events,
        charging_program(database, aws, folder, **session_events.environment) as program,
    ):
        program.start()
        program.healthy()
        program.sign_in()
        yield Drill(server, program, session_events)


async def _charge_all(
    fleet: Sequence[Station], days: Sequence[Charge], *, half_way: Callable[[], None]
) -> list[float]:
    """Seconds that each charge took."""
    half = asyncio.Event()
    took: list[float] = []

    async def life(station: Station) -> None:
        async with station:
            for day in days:
                began_at = time.perf_counter()
                await station.charge(day)
                took.append(time.perf_counter() - began_at)
                if 2 * len(took) >= len(fleet) * len(days):
                    half.set()

    async with asyncio.TaskGroup() as group:
        for station in fleet:
            group.create_task(life(station))
        await half.wait()
        await asyncio.to_thread(half_way)
    return took


def _charge(day: int) -> Charge:
    began = _BEGAN + timedelta(days=day)
    ended = began + timedelta(hours=1)
    return Charge(
        connector=1, token="CARD1", started_at=began, ended_at=ended, energy_wh=7_000 + day
    )
