"""The sun of a site: its solar controller is named to telemetry, and charging hears of it."""

import asyncio
import json
from datetime import datetime

from demo import telemetry
from demo.deployment import Deployment
from demo.rest import RestApi

_ASSIGN = """
mutation ($device: ID!, $site: ID!) {
  assignController(deviceId: $device, siteId: $site) { siteId }
}
"""
_LOOK_EVERY = 0.2
_WITHIN = 30.0
"""Seconds from telemetry's function to charging."""


async def reaches_charging(
    deployment: Deployment,
    front_door: str,
    access_token: str,
    charging: RestApi,
    *,
    device: str,
    site: str,
    at: datetime,
) -> int:
    """The surplus in W that charging knows of the minutes before a moment.

    The function that a schedule calls each five minutes in an account is called here once. Raises
    `TimeoutError` when charging does not hear of it.
    """
    graphql = deployment.output("telemetry", "GraphQlUrl")
    await telemetry.ask(
        front_door, graphql, access_token, _ASSIGN, {"device": device, "site": site}
    )
    answer = await asyncio.to_thread(
        deployment.client("lambda").invoke,
        FunctionName=deployment.output("telemetry", "SurplusFunctionName"),
        Payload=json.dumps({"time": at.isoformat()}).encode(),
    )
    if "FunctionError" in answer:
        raise RuntimeError(f"surplus: {answer['Payload'].read().decode()}")
    async with asyncio.timeout(_WITHIN):
        while True:
            for figure in (await charging.get(f"/sites/{site}/surplus"))["items"]:
                if datetime.fromisoformat(figure["begins_at"]) == at:
                    return int(figure["surplus_w"])
            await asyncio.sleep(_LOOK_EVERY)
