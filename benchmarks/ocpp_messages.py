"""Durable OCPP messages a second, beside a bare echo of the same frames in the same run.

Durable: committed to a PostgreSQL that syncs to disk, before it is answered. The stations, the
program, the database and the queue's stand-in share the machine.

    python -m benchmarks.ocpp_messages --stations 100 --stations 1000
"""

import argparse
import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.ocpp_stations import (
    Measured,
    Station,
    Talk,
    boots,
    connected,
    measure,
    meter_values,
    sessions,
    starts_and_stops,
)
from tests.charging.aws import running as running_aws
from tests.charging.program import ChargingProgram, basic, charging_program, free_port
from tests.postgres import Database, Server

KINDS: dict[str, Talk] = {
    "starts and stops": starts_and_stops,
    "sessions of 9 messages": sessions,
    "meter values": meter_values,
    "boots and statuses": boots,
}
ROW = "{:>8} {:<24} {:>9} {:>9} {:>9} {:>9} {:>7}"


def main() -> None:
    """Print one row for each number of stations and kind of talk."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, action="append", help="default: 100")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each row")
    parser.add_argument("--only", choices=KINDS, help="one kind of talk")
    wanted = parser.parse_args()
    kinds = {name: talk for name, talk in KINDS.items() if wanted.only in {None, name}}
    _say(ROW.format("stations", "what", "a second", "of echo", "CPU ms", "p50 ms", "p99 ms"))
    with running_program() as program, _echo() as (echo, echo_url):
        for number in wanted.stations or [100]:
            ids = [f"BENCH{index}" for index in range(number)]
            for first in range(0, number, 1000):
                program.register(*ids[first : first + 1000])
            for name, talk in kinds.items():
                echoed, durable = asyncio.run(
                    _both(program, ids, talk, wanted.seconds, echo, echo_url)
                )
                _say(_row(number, name, durable, echoed))


async def _both(
    program: ChargingProgram, ids: list[str], talk: Talk, seconds: float, echo: int, echo_url: str
) -> tuple[Measured, Measured]:
    async def of(urls: list[str], server: int) -> Measured:
        async with connected(urls, basic) as stations:
            await asyncio.gather(*map(_greet, stations))
            return await measure(stations, talk, seconds, server)

    echoed = await of([f"{echo_url}/{station_id}" for station_id in ids], echo)
    return echoed, await of([program.station_url(name) for name in ids], program.pid)


async def _greet(station: Station) -> None:
    await station.call("Heartbeat", {})


def _row(stations: int, name: str, durable: Measured, echoed: Measured) -> str:
    return ROW.format(
        stations,
        name,
        f"{durable.a_second:.0f}",
        f"{durable.a_second / echoed.a_second:.2f}",
        f"{1000 * durable.cpu_seconds / durable.messages:.2f}",
        f"{1000 * durable.p50:.0f}",
        f"{1000 * durable.p99:.0f}",
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


def _sync_to_disk(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("alter system reset fsync")
        connection.execute("select pg_reload_conf()")


@contextmanager
def _echo() -> Iterator[tuple[int, str]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.ocpp_echo", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 — our own module
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield process.pid, f"ws://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
