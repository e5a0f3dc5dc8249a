"""A reconnect storm: all stations connect at once, boot and tell their status; memory of each.

Beside a bare `websockets` echo, to which the same stations connect and say the same.

    python -m benchmarks.ocpp_storm --stations 2000
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.ocpp_messages import register, running_program
from benchmarks.ocpp_stations import EchoedConnection, boots, connected
from benchmarks.processes import cpu_seconds, memory_kib, peer
from simulator.connection import Connection


@dataclass(frozen=True)
class Storm:
    """What a station took."""

    a_second: float
    cpu_ms: float
    memory_kib: float
    """While connected and idle."""


def main() -> None:
    """Print one line for each server and round; the first round warms up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=2000)
    parser.add_argument("--at-once", type=int, help="default: all")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    ids = [f"BENCH{index}" for index in range(wanted.stations)]
    at_once = wanted.at_once or wanted.stations
    with running_program() as program, peer("benchmarks.ocpp_echo") as echo:
        register(program, ids)
        servers = {
            "charging": (program.pid, program.stations_url, Connection),
            "echo": (*echo, EchoedConnection),
        }
        for _ in range(wanted.rounds):
            for name, server in servers.items():
                storm = asyncio.run(_storm(*server, ids, at_once))
                sys.stdout.write(
                    f"{name:>9}: {storm.a_second:.0f} stations a second, {storm.cpu_ms:.2f} CPU ms"
                    f" and {storm.memory_kib:.0f} KiB each\n"
                )
                sys.stdout.flush()


async def _storm(
    server: int, url: str, kind: type[Connection], ids: Sequence[str], at_once: int
) -> Storm:
    memory, used, began_at = memory_kib(server), cpu_seconds(server), time.perf_counter()
    async with connected(url, ids, kind=kind, at_once=at_once, first=boots):
        seconds = time.perf_counter() - began_at
        used = cpu_seconds(server) - used
        each = (memory_kib(server) - memory) / len(ids)
    return Storm(len(ids) / seconds, 1000 * used / len(ids), each)


if __name__ == "__main__":
    main()
