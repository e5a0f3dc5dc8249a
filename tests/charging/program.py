"""The charging program in a process of its own, as it is deployed."""

import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from contracts.personas import Persona
from contracts.routes import CHARGING_API, HEALTH, OCPP
from tests.charging import described
from tests.charging.aws import DRIVERS, OPERATORS, PARTNER, POOL, Aws
from tests.postgres import Database

ROOT = Path(__file__).parents[2]
KEY = "a-long-and-random-station-key"
AS_DESCRIBED = {"response": [described.check]}
"""Whatever a test is about, the API answers as its OpenAPI description says."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ChargingProgram:
    """May be killed and started again; its ports stay the same."""

    def __init__(
        self, database: Database, aws: Aws, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.gateway_port, self.api_port = free_port(), free_port()
        self.aws = aws
        self._log = log
        self.database = database
        self._environment = {
            "PATH": os.environ["PATH"],
            **aws.environment,
            "ENVIRONMENT": "test",
            "DATABASE_HOST": database.host,
            "DATABASE_PORT": str(database.port),
            "DATABASE_NAME": database.name,
            "DATABASE_USERNAME": database.username,
            "DATABASE_PASSWORD": database.password,
            "SESSION_EVENTS_QUEUE_URL": aws.queue_url,
            "SITE_SURPLUS_QUEUE_URL": aws.surplus_queue_url,
            "USER_POOL_ID": POOL,
            "OPERATOR_CLIENT_ID": OPERATORS,
            "DRIVER_CLIENT_ID": DRIVERS,
            "PARTNER_CLIENTS": f"{PARTNER}=nordwind",
            "GATEWAY_PORT": str(self.gateway_port),
            "API_PORT": str(self.api_port),
            "LOG_LEVEL": "info",
            "SEALING_KEY": "a-long-and-random-sealing-key",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{self.api_port}{CHARGING_API}",
            timeout=10,
            event_hooks=AS_DESCRIBED,
        )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def stations_url(self) -> str:
        return f"ws://127.0.0.1:{self.gateway_port}{OCPP}"

    def station_url(self, station_id: str) -> str:
        return f"{self.stations_url}/{station_id}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.charging"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def healthy(self) -> None:
        """Wait until it says so of itself."""
        while not self._is_healthy():
            assert self.is_running, self.log
            time.sleep(0.05)

    def _is_healthy(self) -> bool:
        try:
            return self.health().status_code == 200
        except httpx.TransportError:
            return False

    def health(self) -> httpx.Response:
        return self.api.get(f"http://127.0.0.1:{self.api_port}{HEALTH}")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def terminate(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def sign_in(self) -> None:
        self.api.headers["Authorization"] = f"Bearer {self.aws.access_token()}"

    def signed_in(
        self, persona: Persona = Persona.OPERATOR, *companies: str, subject: str = "someone"
    ) -> httpx.Client:
        """A client of somebody else."""
        return self.bearing(self.aws.access_token(persona, companies=companies, subject=subject))

    def bearing(self, token: str) -> httpx.Client:
        """A client with this access token."""
        headers = {"Authorization": f"Bearer {token}"}
        # A kept connection that is idle may be closed by the program just when it is used again.
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(
            base_url=self.api.base_url,
            timeout=10,
            headers=headers,
            limits=limits,
            event_hooks=AS_DESCRIBED,
        )

    def register(
        self, *station_ids: str, tokens: Sequence[str] = ("CARD1",), connectors: int = 1
    ) -> None:
        site = {"name": "Depot", "kind": "workplace", "time_zone": "Europe/Berlin"}
        self.api.put("/sites/depot", json=site).raise_for_status()
        stations = [
            {"id": name, "site_id": "depot", "connectors": connectors, "key": KEY}
            for name in station_ids
        ]
        self.api.post("/stations", json=stations).raise_for_status()
        drivers = [{"uid": uid, "driver": f"driver of {uid}"} for uid in tokens]
        self.api.post("/tokens", json=drivers).raise_for_status()

    def get(self, path: str, **parameters: str) -> Any:
        answer = self.api.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json()

    def stop(self) -> None:
        self.api.close()
        if self.is_running:
            self.kill()


def basic(station_id: str, key: str = KEY) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{station_id}:{key}".encode()).decode()}


@contextmanager
def charging_program(
    database: Database, aws: Aws, folder: Path, **environment: str
) -> Iterator[ChargingProgram]:
    program = ChargingProgram(database, aws, folder / "charging.log", environment)
    try:
        yield program
    finally:
        program.stop()
