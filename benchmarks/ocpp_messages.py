"""Durable OCPP messages a second, beside two peers that keep nothing, in the same run.

Durable: committed to a PostgreSQL that syncs to disk, before it is answered. The peers are a bare
`websockets` echo of the same frames and the server loop of the `ocpp` package. The stations, the
servers, the database and the queue's stand-in share the machine.

    python -m benchmarks.ocpp_messages --stations 100 --stations 1000 --stations 5000
    python -m benchmarks.ocpp_messages --stations 1000 --paced 500
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.ocpp_stations import (
    EchoedConnection,
    Measured,
    Talk,
    boots,
    connected,
    measure,
    meter_values,
    sessions,
    starts_and_stops,
)
from benchmarks.processes import cpu_seconds, cpu_seconds_of_children, peer, postmaster
from simulator.connection import Connection
from tests.charging.aws import running as running_aws
from tests.charging.program import ChargingProgram, charging_program
from tests.postgres import Database, Server

KINDS: dict[str, Talk] = {
    "starts and stops": starts_and_stops,
    "sessions of 9 messages": sessions,
    "meter values": meter_values,
    "boots and statuses": boots,
}
ROW = "{:>8} {:<22} {:>6} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6}"
HEAD = (
    *("stations", "what", "a s", "echo", "package", "of echo", "of pkg"),
    *("CPU ms", "echo", "package", "p50 ms", "p99 ms", "echo"),
)


def main() -> None:
    """Print one row for each number of stations and kind of talk."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, action="append", help="default: 100")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each server and row")
    parser.add_argument("--only", choices=KINDS, help="one kind of talk")
    parser.add_argument("--paced", type=float, help="talks a second; default: flat out")
    wanted = parser.parse_args()
    kinds = {name: talk for name, talk in KINDS.items() if wanted.only in {None, name}}
    _say(ROW.format(*HEAD))
    with (
        running_program() as program,
        peer("benchmarks.ocpp_echo") as echo,
        peer("benchmarks.ocpp_package") as package,
    ):
        for number in wanted.stations or [100]:
            ids = [f"BENCH{index}" for index in range(number)]
            register(program, ids)
            every = None if wanted.paced is None else number / wanted.paced
            servers = (
                (program.pid, program.stations_url, Connection),
                (*echo, EchoedConnection),
                (*package, Connection),
            )
            for name, talk in kinds.items():
                database = postmaster(program.database)
                used = cpu_seconds_of_children(database)
                of = [
                    asyncio.run(_measured(*server, ids, talk, wanted.seconds, every))
                    for server in servers
                ]
                _say(_row(number, name, *of))
                used = cpu_seconds_of_children(database) - used
                _say(f"{'':31} {1000 * used / of[0].waits.answers:.2f} CPU ms of the database")


async def _measured(
    server: int,
    url: str,
    kind: type[Connection],
    ids: Sequence[str],
    talk: Talk,
    seconds: float,
    every: float | None,
) -> Measured:
    async with connected(url, ids, kind=kind) as fleet:
        await asyncio.gather(*(one.call("Heartbeat", {}) for one in fleet.connections))
        return await measure(fleet, talk, seconds, server=server, cpu=cpu_seconds, every=every)


def _row(stations: int, name: str, ours: Measured, echo: Measured, package: Measured) -> str:
    return ROW.format(
        stations,
        name,
        *(f"{measured.a_second:.0f}" for measured in (ours, echo, package)),
        *(f"{ours.a_second / other.a_second:.2f}" for other in (echo, package)),
        *(f"{measured.cpu_ms:.2f}" for measured in (ours, echo, package)),
        f"{1000 * ours.waits.p50:.0f}",
        f"{1000 * ours.waits.p99:.0f}",
        f"{1000 * echo.waits.p99:.0f}",
    )


@contextmanager
def running_program() -> Iterator[ChargingProgram]:
    """A node with its database and queue, healthy and signed in."""
    with (
        Server.running() as server,
        server.database() as database,
        running_aws() as aws,
        tempfile.TemporaryDirectory() as folder,
        charging_program(database, aws, Path(folder)) as program,
    ):
        _sync_to_disk(database)
        program.start()
        program.healthy()
        program.sign_in()
        yield program


def register(program: ChargingProgram, ids: Sequence[str]) -> None:
    """However many."""
    for first in range(0, len(ids), 1000):
        program.register(*ids[first : first + 1000])


def _sync_to_disk(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("alter system reset fsync")
        connection.execute("select pg_reload_conf()")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
