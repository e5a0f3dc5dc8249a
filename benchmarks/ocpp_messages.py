"""Durable OCPP messages a second, beside two peers that keep nothing, in the same run.

Durable: committed to a PostgreSQL that syncs to disk, before it is answered. The peers are a bare
`websockets` echo of the same frames and the server loop of the `ocpp` package. The stations, the
servers, the database and the queue's stand-in share the machine.

    python -m benchmarks.ocpp_messages --stations 100 --stations 1000 --stations 5000
    python -m benchmarks.ocpp_messages --stations 1000 --paced 500 --only "meter values"
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Sequence

from benchmarks.light_station import EchoedStation, LightStation
from benchmarks.nodes import register, running_node
from benchmarks.ocpp_stations import Measured, connected, measure
from benchmarks.ocpp_talks import TALKS, Talk
from benchmarks.processes import (
    cpu_seconds_of_children,
    peer,
    postmaster,
)

ROW = "{:<6} {:>8} {:<22} {:>6} {:>6} {:>7} {:>7} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6} {:>6} {:>6}"
HEAD = (
    *("OCPP", "stations", "what", "a s", "echo", "package", "of echo", "of pkg"),
    *("CPU ms", "echo", "package", "database", "p50 ms", "p99 ms", "echo"),
)


def main() -> None:
    """Print one row for each version, number of stations and kind of talk."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, action="append", help="default: 100")
    parser.add_argument("--version", choices=TALKS, action="append", help="default: each")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each server and row")
    parser.add_argument("--only", choices=TALKS["1.6"], help="one kind of talk")
    parser.add_argument("--paced", type=float, help="talks a second; default: flat out")
    wanted = parser.parse_args()
    _say(HEAD)
    with (
        running_node() as node,
        peer("benchmarks.ocpp_echo") as echo,
        peer("benchmarks.ocpp_package") as package,
    ):
        servers = (
            (node.pid, node.stations_url, LightStation),
            (*echo, EchoedStation),
            (*package, LightStation),
        )
        database = postmaster(node.database)
        gc.disable()  # The generator is to cost little.
        for number in wanted.stations or [100]:
            ids = [f"BENCH{index}" for index in range(number)]
            register(node, ids)
            every = None if wanted.paced is None else number / wanted.paced
            for version in wanted.version or TALKS:
                for name, talk in TALKS[version].items():
                    if wanted.only not in {None, name}:
                        continue
                    used = cpu_seconds_of_children(database)
                    ours, *peers = [
                        asyncio.run(_measured(*server, ids, version, talk, wanted.seconds, every))
                        for server in servers
                    ]
                    used = cpu_seconds_of_children(database) - used
                    _say((version, str(number), name, *_cells(ours, *peers, database=used)))


async def _measured(
    server: int,
    url: str,
    kind: type[LightStation],
    ids: Sequence[str],
    version: str,
    talk: Talk,
    seconds: float,
    every: float | None,
) -> Measured:
    async with connected([url], ids, version=version, kind=kind) as fleet:
        await asyncio.gather(*(one.call("Heartbeat", {}) for one in fleet.stations))
        return await measure(fleet, talk, seconds, server=server, every=every)


def _cells(ours: Measured, echo: Measured, package: Measured, *, database: float) -> Sequence[str]:
    return (
        *(f"{measured.a_second:.0f}" for measured in (ours, echo, package)),
        *(f"{ours.a_second / other.a_second:.2f}" for other in (echo, package)),
        *(f"{measured.cpu_ms:.2f}" for measured in (ours, echo, package)),
        f"{1000 * database / ours.waits.answers:.2f}",
        f"{1000 * ours.waits.p50:.0f}",
        f"{1000 * ours.waits.p99:.0f}",
        f"{1000 * echo.waits.p99:.0f}",
    )


def _say(cells: Sequence[str]) -> None:
    sys.stdout.write(ROW.format(*cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
