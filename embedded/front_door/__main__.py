"""Starts the front door; ends with SIGTERM."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from embedded.front_door.authority import Authority
from embedded.front_door.connection import listen
from embedded.front_door.discovery import Discovery
from embedded.front_door.health import HealthChecks
from embedded.front_door.upstream import Site
from embedded.front_door.verification import Verification

_log = logging.getLogger("front door")
_READ_SECONDS = 1.5


async def _keep_reading(site: Site, discovery: Discovery, wake: asyncio.Event) -> None:
    while True:
        try:
            site.take(await asyncio.to_thread(discovery.read))
        except (BotoCoreError, ClientError) as error:
            _log.info("the control plane does not answer: %s", error)
        except Exception:
            _log.exception("what was deployed cannot be read: the last reading stays in force")
        wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_READ_SECONDS):
                await wake.wait()


async def _keep_checking(site: Site) -> None:
    while True:
        await site.check_health()
        await asyncio.sleep(0.25)


async def _main() -> None:
    control_plane_port = int(os.environ["GATEWAY_PORT"])
    machine = Path(os.environ["EMBEDDED_AWS_MACHINE"])
    discovery = Discovery(
        endpoint=f"http://localhost:{control_plane_port}",
        account_id=os.environ["MINISTACK_ACCOUNT_ID"],
        region=os.environ["MINISTACK_REGION"],
    )
    wake = asyncio.Event()
    health = HealthChecks(machine / "target-health.json")
    site = Site(health, control_plane_port, wake.set)
    verification = Verification(Authority(machine / "tls"), lambda: site.deployment)
    door = listen(site, int(os.environ["FRONT_DOOR_PORT"]), verification.tls)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tasks = [
        asyncio.create_task(_keep_reading(site, discovery, wake)),
        asyncio.create_task(_keep_checking(site)),
        asyncio.create_task(stopped.wait()),
    ]
    # A loop that fails ends the program: `up` starts it again, its log says why.
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await door.close()  # its connections end with the program
    for task in done:
        task.result()


def _allow_many_connections() -> None:
    """Two for each WebSocket; the usual soft limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    _allow_many_connections()
    asyncio.run(_main())
