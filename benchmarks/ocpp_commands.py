"""Commands a second through one node to stations whose sockets another node holds.

python -m benchmarks.ocpp_commands --stations 100
"""

import argparse
import asyncio
import sys
import time

import httpx

from benchmarks.nodes import register, running_nodes
from benchmarks.ocpp_stations import connected
from benchmarks.ocpp_talks import BOOTS, TALKS
from simulator.waits import Waits
from tests.charging.program import ChargingProgram


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    wanted = parser.parse_args()
    with running_nodes(2) as [node, other]:
        ids = [f"BENCH{index}" for index in range(wanted.stations)]
        register(node, ids)
        waits = Waits.of(asyncio.run(_command(node, other, ids, wanted.seconds)))
    sys.stdout.write(
        f"{waits.answers / wanted.seconds:.0f} commands a second across two nodes,"
        f" p50 {1000 * waits.p50:.0f} ms, p99 {1000 * waits.p99:.0f} ms\n"
    )


async def _command(
    node: ChargingProgram, other: ChargingProgram, ids: list[str], seconds: float
) -> list[float]:
    async with (
        connected([node.stations_url], ids, version="1.6", first=TALKS["1.6"][BOOTS]),
        httpx.AsyncClient(
            base_url=other.api.base_url, headers=other.api.headers, timeout=60
        ) as operator,
    ):
        waits: list[float] = []
        began_at = time.perf_counter()

        async def ask(station_id: str) -> None:
            while time.perf_counter() - began_at < seconds:
                asked_at = time.perf_counter()
                start = {"token_uid": "CARD1"}
                answer = await operator.post(f"/stations/{station_id}/remote-start", json=start)
                answer.raise_for_status()
                waits.append(time.perf_counter() - asked_at)

        await asyncio.gather(*map(ask, ids))
        return waits


if __name__ == "__main__":
    main()
