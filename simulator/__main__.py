"""``python -m simulator``: stations that charge, as many and as badly as asked."""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta

from simulator.charge import Charge
from simulator.fleet import connected, each
from simulator.ocpp16.misbehaviours import CATALOGUE as CATALOGUE16
from simulator.ocpp16.station import Station as Station16
from simulator.ocpp201.misbehaviours import CATALOGUE as CATALOGUE201
from simulator.ocpp201.station import Station as Station201
from simulator.station import Station
from simulator.waits import Waits

_VERSIONS: dict[str, type[Station]] = {"1.6": Station16, "2.0.1": Station201}
_MISBEHAVIOURS = {"1.6": CATALOGUE16, "2.0.1": CATALOGUE201}
_DURATION = timedelta(hours=2)


def main() -> None:
    """Play, and print one line; and one for each station that was told a price."""
    wanted = _arguments()
    sys.stdout.write(asyncio.run(_play(wanted)) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Stations charge in simulated time, as fast as they are answered.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n\n".join(map(_catalogue, _MISBEHAVIOURS)),
    )
    parser.add_argument("url", help="without the station's id: ws://localhost:9000/ocpp")
    parser.add_argument("--station", default="SIM", help="id; a number follows when there are many")
    parser.add_argument("--key", required=True, help="of every station, for basic authentication")
    parser.add_argument("--token", default="CARD1", help="that the drivers hold")
    parser.add_argument("--version", choices=_VERSIONS, default="1.6")
    parser.add_argument("--stations", type=int, default=1)
    parser.add_argument("--charges", type=int, default=1, help="of each station, one a day")
    parser.add_argument("--misbehave", metavar="HOW", help="see below")
    wanted = parser.parse_args()
    if wanted.misbehave and wanted.misbehave not in _MISBEHAVIOURS[wanted.version]:
        parser.error(f"stations of OCPP {wanted.version} do not know how to {wanted.misbehave}")
    return wanted


def _catalogue(version: str) -> str:
    plays = _MISBEHAVIOURS[version].items()
    lines = [f"  {name:22}{play.__doc__}" for name, play in plays]
    return "\n".join([f"misbehaviours of OCPP {version}:", *lines])


async def _play(wanted: argparse.Namespace) -> str:
    ids = [f"{wanted.station}{number}" for number in range(1, wanted.stations + 1)]
    if wanted.stations == 1:
        ids = [wanted.station]
    kind = _VERSIONS[wanted.version]
    stations = [kind(wanted.url, station_id, wanted.key) for station_id in ids]
    now = datetime.now(UTC).replace(microsecond=0)
    misbehave = _MISBEHAVIOURS[wanted.version].get(wanted.misbehave)
    charges = [_charge(wanted.token, now, ago) for ago in reversed(range(wanted.charges))]

    async def life(station: Station) -> None:
        for charge in charges:
            if misbehave:
                await misbehave(station, charge)
            else:
                await station.charge(charge)

    began_at = time.perf_counter()
    async with connected(stations):
        connected_at = time.perf_counter()
        await each(stations, life)
    played = time.perf_counter() - connected_at
    waits = Waits.of(wait for station in stations for wait in station.line.waits)
    return (
        f"{len(stations)} stations connected in {connected_at - began_at:.1f} s, charged"
        f" {len(charges)} times each in {played:.1f} s: {waits.answers} answers,"
        f" p50 {1000 * waits.p50:.0f} ms, p99 {1000 * waits.p99:.0f} ms"
        + "".join(_shown(station) for station in stations)
    )


def _shown(station: Station) -> str:
    if not isinstance(station, Station201) or station.display.price is None:
        return ""
    costs = sum(station.display.costs.values())
    return f"\n{station.station_id} shows: {station.display.price} / {costs} in all"


def _charge(token: str, now: datetime, days_ago: int) -> Charge:
    ended_at = now - timedelta(days=days_ago)
    return Charge(
        connector=1,
        token=token,
        started_at=ended_at - _DURATION,
        ended_at=ended_at,
        energy_wh=22_000,
    )


if __name__ == "__main__":
    main()
