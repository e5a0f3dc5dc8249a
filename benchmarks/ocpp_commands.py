"""Commands a second through one node to stations whose sockets another node holds.

python -m benchmarks.ocpp_commands --stations 100
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.ocpp_messages import running_program
from benchmarks.ocpp_stations import Station, connected
from tests.charging.program import ChargingProgram, basic, charging_program


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    wanted = parser.parse_args()
    with (
        running_program() as node,
        tempfile.TemporaryDirectory() as folder,
        charging_program(node.database, node.aws, Path(folder)) as other,
    ):
        other.start()
        other.healthy()
        other.sign_in()
        ids = [f"BENCH{index}" for index in range(wanted.stations)]
        node.register(*ids)
        waits = sorted(asyncio.run(_command(node, other, ids, wanted.seconds)))
    sys.stdout.write(
        f"{len(waits) / wanted.seconds:.0f} commands a second across two nodes,"
        f" p50 {1000 * waits[len(waits) // 2]:.0f} ms,"
        f" p99 {1000 * waits[len(waits) * 99 // 100]:.0f} ms\n"
    )


async def _command(
    node: ChargingProgram, other: ChargingProgram, ids: list[str], seconds: float
) -> list[float]:
    urls = [node.station_url(station_id) for station_id in ids]
    async with (
        connected(urls, basic) as stations,
        httpx.AsyncClient(
            base_url=other.api.base_url, headers=other.api.headers, timeout=60
        ) as operator,
    ):
        for station in stations:
            await station.call("Heartbeat", {})
        answering = [asyncio.create_task(_answer(station)) for station in stations]
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
        for task in answering:
            task.cancel()
        return waits


async def _answer(station: Station) -> None:
    while True:
        message_id = json.loads(await station.websocket.recv())[1]
        await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))


if __name__ == "__main__":
    main()
