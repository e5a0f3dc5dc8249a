"""What traces cost: nodes that tell of nothing, of one message in so many and of all, in turns.

CPU is milliseconds of the node's process for one message; the nodes share a database, the stations
talk to one of them at a time. A machine that does other things as well changes it little.

    python -m benchmarks.ocpp_traces
"""

import argparse
import asyncio
import gc
import statistics
import sys

from benchmarks.nodes import register, running_nodes
from benchmarks.ocpp_stations import connected, measure
from benchmarks.ocpp_talks import TALKS
from tests.charging.program import ChargingProgram
from tests.xray import running as running_xray

SHARES = ("0", "0.01", "0.1", "1")


def main() -> None:
    """Print a row for each share: the median of the rounds, and what it is of that of no share."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--only", choices=TALKS["1.6"], default="meter values")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each node and round")
    wanted = parser.parse_args()
    ids = [f"BENCH{index}" for index in range(wanted.stations)]
    used: dict[str, list[float]] = {share: [] for share in SHARES}
    with running_xray() as xray:
        endpoint = [xray.environment["AWS_ENDPOINT_URL_XRAY"]] * len(SHARES)
        with running_nodes(
            len(SHARES), TRACED_SHARE=SHARES, AWS_ENDPOINT_URL_XRAY=endpoint
        ) as nodes:
            register(nodes[0], ids)
            gc.disable()  # The generator is to cost little.
            for number in range(wanted.rounds + 1):
                for share, node in zip(SHARES, nodes, strict=True):
                    cpu_ms = asyncio.run(_cpu_ms(node, ids, wanted.only, wanted.seconds))
                    if number:  # The first round warms up.
                        used[share].append(cpu_ms)
    nothing = statistics.median(used["0"])
    for share, rounds in used.items():
        median = statistics.median(rounds)
        sys.stdout.write(
            f"share {share:<5} {1000 * median:6.1f} us {median / nothing:5.2f} of none,"
            f" {1000 * min(rounds):.1f} to {1000 * max(rounds):.1f}\n"
        )


async def _cpu_ms(node: ChargingProgram, ids: list[str], what: str, seconds: float) -> float:
    async with connected([node.stations_url], ids, version="1.6") as fleet:
        await asyncio.gather(*(one.call("Heartbeat", {}) for one in fleet.stations))
        measured = await measure(fleet, TALKS["1.6"][what], seconds, server=node.pid)
        return measured.cpu_ms


if __name__ == "__main__":
    main()
