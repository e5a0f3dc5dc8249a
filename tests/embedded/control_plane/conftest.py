import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from embedded import installation
from embedded.control_plane.record import RecordedResource, RecordFile
from tests.embedded.machine.cloud import VENV, free_port

ROOT = Path(__file__).parents[3]
ACCOUNT = "111122223333"
REGION = "eu-central-1"


@dataclass
class ControlPlane:
    """The control plane as a process of its own, over a folder."""

    folder: Path
    account: str = ACCOUNT
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def endpoint(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        installation.install(VENV)
        self.process = subprocess.Popen(  # noqa: S603 — our own module
            [VENV / "bin/python", "-m", "embedded.control_plane"],
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "PYTHONPATH": f"{ROOT}:{ROOT / 'embedded/containers'}",
                "GATEWAY_PORT": str(self.port),
                "MINISTACK_ACCOUNT_ID": self.account,
                "MINISTACK_REGION": REGION,
                "STATE_DIR": str(self.folder / "state"),
                "EMBEDDED_RECORD": str(self.folder / "recorded"),
                "EMBEDDED_AWS_MACHINE": str(self.folder),
                "LOG_LEVEL": "WARNING",
            },
            stdout=(self.folder / "log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, "the control plane does not answer"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=30)

    def client(self, service: str, region: str = REGION) -> Any:
        return _client(self.endpoint, service, region, self.account)

    def recorded(self, stack: str) -> list[RecordedResource]:
        resources = RecordFile(self.folder / "recorded").resources()
        return [resource for resource in resources if resource.stack == stack]


@cache
def _client(endpoint: str, service: str, region: str, account: str) -> Any:
    session: Any = boto3.Session()
    return session.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="any",
    )


@pytest.fixture(scope="package")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One that the tests share; none of them may break it."""
    started = ControlPlane(tmp_path_factory.mktemp("control-plane"))
    started.start()
    yield started
    started.stop()
