"""MiniStack's application with our additions, served on the loopback address only."""

import asyncio
import os
import resource
import signal

from hypercorn.asyncio import serve as serve_forever
from hypercorn.config import Config
from ministack.app import app

from embedded import hardware
from embedded.control_plane import (
    application_autoscaling,
    durability,
    registration,
    trust_stores,
    unread_properties,
    xray,
)
from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.durability import snapshots
from embedded.control_plane.durability.journal import Journal
from embedded.control_plane.mends import (
    alarm_states,
    alias_deployments,
    aliases,
    backup_vaults,
    bucket_encryption,
    conditions,
    configurations,
    database_backups,
    databases,
    exports,
    forwarding,
    functions,
    generated_secrets,
    math_alarms,
    mutual_authentication,
    role_boundaries,
    rotation,
    secrets,
    service_deployments,
    service_roles,
    stack_outputs,
    stack_waiting,
    task_endings,
    task_starts,
)
from embedded.control_plane.settings import ControlPlaneSettings


def serve(settings: ControlPlaneSettings) -> None:
    """Blocks until SIGTERM or SIGINT; state is on disk when it returns."""
    clients = ApiClients(settings.endpoint)
    application_autoscaling.install(clients, keeps_hours=settings.keeps_hours)
    xray.install()
    rotation.mend(clients)
    trust_stores.install()
    registration.register(settings, clients)
    alarm_states.mend()
    alias_deployments.mend()
    aliases.mend()
    backup_vaults.mend()
    bucket_encryption.mend()
    conditions.mend()
    configurations.mend(clients)
    databases.mend(clients)
    database_backups.mend()
    exports.mend()
    forwarding.mend()
    functions.mend(settings, os.environ)
    generated_secrets.mend()
    math_alarms.mend(settings)
    mutual_authentication.mend()
    role_boundaries.mend()
    secrets.mend()
    service_deployments.mend()
    task_endings.mend()
    task_starts.mend()
    service_roles.mend(settings.region)
    stack_outputs.mend()
    stack_waiting.mend()
    unread_properties.listen()
    hardware.install()
    journal = Journal(settings.state / "journal")
    durability.keep(journal)
    _allow_many_open_files()
    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    asyncio.run(_serve(config, journal))


async def _serve(config: Config, journal: Journal) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await serve_forever(
        app, config, shutdown_trigger=lambda: snapshots.save_until(stopped, journal)
    )
    # State is saved. A stack that still waits for a function would hold the process for an hour.
    os._exit(0)


def _allow_many_open_files() -> None:
    """Each connection of a client is one; the usual soft limit of 1,024 is soon reached."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
