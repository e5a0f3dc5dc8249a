"""A reconnect storm: all stations connect at once, boot and tell their status; memory of each.

Beside as many bare `websockets` echoes, to which the same stations connect and say the same.

    python -m benchmarks.ocpp_storm --stations 2000 --nodes 2
"""

import argparse
import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.light_station import EchoedStation, LightStation
from benchmarks.nodes import register, running_nodes
from benchmarks.ocpp_stations import connected
from benchmarks.ocpp_talks import BOOTS, TALKS
from benchmarks.processes import (
    cpu_seconds,
    cpu_seconds_of_children,
    memory_kib,
    peer,
    postmaster,
)

ROW = "{:<9} {:>6} {:>10} {:>12} {:>10} {:>11} {:>10}"
HEAD = ("OCPP", "server", "a second", "server's CPU", "database's", "generator's", "memory KiB")


@dataclass(frozen=True)
class Servers:
    """One after the other, stations go to them."""

    processes: Sequence[int]
    urls: Sequence[str]
    kind: type[LightStation]

    def cpu_seconds(self) -> float:
        """Of all of them."""
        return sum(map(cpu_seconds, self.processes))

    def memory_kib(self) -> int:
        """Of all of them."""
        return sum(map(memory_kib, self.processes))


@dataclass(frozen=True)
class Storm:
    """What a station took: milliseconds of CPU, and memory while it is connected and idle."""

    a_second: float
    cpu_ms: Sequence[float]
    """Of the servers, the database and the generator."""
    memory_kib: float


def main() -> None:
    """Print one row for each server and round; the first round warms up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=2000)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--version", choices=TALKS, default="1.6")
    parser.add_argument("--at-once", type=int, help="default: all")
    parser.add_argument("--rounds", type=int, default=4)
    wanted = parser.parse_args()
    ids = [f"BENCH{index}" for index in range(wanted.stations)]
    at_once = wanted.at_once or wanted.stations
    _say(*HEAD)
    with ExitStack() as stack:
        nodes = stack.enter_context(running_nodes(wanted.nodes))
        echoes = [stack.enter_context(peer("benchmarks.ocpp_echo")) for _ in nodes]
        register(nodes[0], ids)
        servers = {
            "charging": Servers(
                [node.pid for node in nodes], [node.stations_url for node in nodes], LightStation
            ),
            "echo": Servers(
                [process for process, _ in echoes], [url for _, url in echoes], EchoedStation
            ),
        }
        database = postmaster(nodes[0].database)
        used = (lambda: cpu_seconds_of_children(database), lambda: cpu_seconds(os.getpid()))
        gc.disable()  # The generator is to cost little.
        for _ in range(wanted.rounds):
            for name, server in servers.items():
                storm = asyncio.run(_storm(server, used, ids, wanted.version, at_once))
                _say(
                    wanted.version,
                    name,
                    f"{storm.a_second:.0f}",
                    *(f"{ms:.2f} ms" for ms in storm.cpu_ms),
                    f"{storm.memory_kib:.0f}",
                )


async def _storm(
    servers: Servers,
    others: Sequence[Callable[[], float]],
    ids: Sequence[str],
    version: str,
    at_once: int,
) -> Storm:
    used = (servers.cpu_seconds, *others)
    memory, before, began_at = servers.memory_kib(), [cpu() for cpu in used], time.perf_counter()
    boots = TALKS[version][BOOTS]
    async with connected(
        servers.urls, ids, version=version, kind=servers.kind, at_once=at_once, first=boots
    ):
        seconds = time.perf_counter() - began_at
        cpu_ms = [1000 * (cpu() - b) / len(ids) for cpu, b in zip(used, before, strict=True)]
        each = (servers.memory_kib() - memory) / len(ids)
    return Storm(len(ids) / seconds, cpu_ms, each)


def _say(*cells: str) -> None:
    sys.stdout.write(ROW.format(*cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
