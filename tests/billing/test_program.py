"""The program as the platform runs it: environment in, port open, SIGTERM, status."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from contracts.settings import BillingSettings
from tests import xray
from tests.postgres import Database

pytestmark = pytest.mark.integration


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def billing(
    database_host: str, database: Database, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    nowhere = f"http://127.0.0.1:{free_port()}"
    names = BillingSettings.plain_variables() + BillingSettings.secret_variables()
    environment = dict.fromkeys(names, "some") | {
        "DATABASE_HOST": database_host,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.name,
        "DATABASE_USERNAME": database.username,
        "DATABASE_PASSWORD": database.password,
        "SESSION_EVENTS_QUEUE_URL": f"{nowhere}/111111111111/session-events",
        "SELLER_COUNTRY": "DE",
        "API_PORT": str(port),
        "LOG_LEVEL": "info",
        "TRACED_SHARE": "0",
        "AWS_ENDPOINT_URL": nowhere,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
        "PATH": os.environ["PATH"],
        **more,
    }
    program = subprocess.Popen(
        [sys.executable, "-m", "services.billing"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program, f"http://127.0.0.1:{port}"
    finally:
        program.kill()
        program.wait()
        if program.stdout:
            program.stdout.close()


def health(url: str, status: int) -> str:
    """The answer of the health check once it has this status."""
    for _ in range(300):
        try:
            answer = httpx.get(f"{url}/health", timeout=10)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == status:
            return answer.text
        time.sleep(0.1)
    raise AssertionError(f"health never was {status}")


def test_it_serves_and_ends_with_status_0_though_the_queue_is_away(database: Database) -> None:
    with billing(database.host, database) as (program, url):
        assert health(url, 200) == '{"status":"ok"}'
        assert httpx.get(f"{url}/billing/v1/invoices").status_code == 401
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
        assert program.stdout
        assert '"message": "stopped"' in program.stdout.read()


def test_what_it_is_asked_is_told_to_x_ray_at_the_latest_when_it_ends(database: Database) -> None:
    with xray.running() as told, billing(database.host, database, **told.environment) as run:
        program, url = run
        health(url, 200)
        answer = httpx.get(f"{url}/billing/v1/invoices")
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
        segment = told.segment("GET /billing/v1/invoices")
        assert segment["http"]["response"] == {"status": 401}
        assert segment["id"] in answer.headers["traceresponse"]


def test_without_a_database_it_waits_and_says_so(database: Database) -> None:
    with billing("/nowhere", database) as (program, url):
        health(url, 503)
        while "does not answer" not in health(url, 503):
            time.sleep(0.1)
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0


def test_a_missing_setting_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.billing"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DATABASE_HOST" in done.stderr
