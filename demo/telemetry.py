"""Devices report: statuses go to the webhook, a query shows what became of them."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import aiohttp

from demo.rest import Document, through
from demo.solar_power import SolarPower

_AT_ONCE = 8
_HISTORY = """
query ($device: ID!, $from: AWSDateTime, $until: AWSDateTime) {
  deviceHistory(deviceId: $device, from: $from, until: $until) {
    from until rollup { sampleCount solarEnergyWh solarPowerPeakW }
  }
}
"""
_LONGEST_QUERY = timedelta(days=7)


async def post(
    front_door: str,
    webhook: str,
    token: str,
    device: str,
    readings: Sequence[SolarPower],
    told: Callable[[int], None],
) -> None:
    """Post one document for each reading, as the device's cloud does; `told` hears how many went.

    Raises `aiohttp.ClientResponseError` when one is not taken.
    """
    limit = asyncio.Semaphore(_AT_ONCE)
    done = 0

    url, headers = through(front_door, webhook)
    headers["X-Webhook-Token"] = token
    async with aiohttp.ClientSession(headers=headers) as session:

        async def send(reading: SolarPower) -> None:
            nonlocal done
            async with limit, session.post(url, json=reading.document(device)) as answer:
                answer.raise_for_status()
            done += 1
            told(done)

        async with asyncio.TaskGroup() as group:
            for reading in readings:
                group.create_task(send(reading))


async def history(
    front_door: str,
    graphql: str,
    access_token: str,
    device: str,
    first: datetime | None = None,
    last: datetime | None = None,
) -> Document:
    """What the device reported from `first` to `last`; without them, in the last 24 hours.

    Adds up `sampleCount` and `solarEnergyWh` over as many queries as the time frame needs. Raises
    `RuntimeError` with the errors of GraphQL.
    """
    total: Document = {"sampleCount": 0, "solarEnergyWh": 0}
    for variables in _time_frames(first, last):
        found = await ask(
            front_door, graphql, access_token, _HISTORY, {"device": device, **variables}
        )
        rollup = found["deviceHistory"]["rollup"]
        for name in total:
            total[name] += rollup[name] or 0
    return total


async def ask(
    front_door: str, graphql: str, access_token: str, query: str, variables: dict[str, str]
) -> Document:
    """The data of GraphQL's answer; raises `RuntimeError` with its errors."""
    url, headers = through(front_door, graphql)
    headers["Authorization"] = access_token
    body = {"query": query, "variables": variables}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, json=body) as answer,
    ):
        answer.raise_for_status()
        document: Document = await answer.json()
    if document.get("errors"):
        raise RuntimeError(f"telemetry: {document['errors']}")
    data: Document = document["data"]
    return data


def _time_frames(first: datetime | None, last: datetime | None) -> list[dict[str, str]]:
    if first is None or last is None:
        return [{}]
    frames = []
    while first <= last:
        until = min(first + _LONGEST_QUERY, last + timedelta(seconds=1))
        frames.append({"from": first.isoformat(), "until": until.isoformat()})
        first = until
    return frames
