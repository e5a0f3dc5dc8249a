"""Up, down, and what was killed in between."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from embedded import ports, processes
from embedded.machine import Machine, MachineError
from embedded.processes import CONTROL_PLANE, DATABASE, FRONT_DOOR
from tests.embedded.machine.cloud import Cloud, eventually, new_machine

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A machine with a service and a database, which the tests of this module break in turn."""
    machine = new_machine(tmp_path_factory.mktemp("broken machine"))
    machine.up()
    cloud = Cloud(machine)
    cloud.create_database("fleet")
    eventually(cloud.deploy("echo", path="/environment").healthy)
    yield cloud
    machine.down()


def connect(cloud: Cloud) -> psycopg.Connection[tuple[object, ...]]:
    port = eventually(lambda: cloud.database_port("fleet"))
    return psycopg.connect(
        host="localhost",
        port=port,
        user="administrator",
        password="a Password/1",
        dbname="fleet",
        sslmode="require",
    )


def answers(cloud: Cloud) -> bool:
    """Whether the service answers through the front door."""
    try:
        url = f"{cloud.machine.front_door}/environment"
        with urllib.request.urlopen(url) as answer:  # noqa: S310 — our own front door
            return bool(answer.status == 200)
    except OSError:
        return False


def pid(machine: Machine, role: str) -> int:
    noted: int = json.loads((machine.folder / "machine.json").read_text())["pids"][role]
    return noted


def nothing_is_left(cloud: Cloud, database_port: int) -> bool:
    held = [
        int(url.rpartition(":")[2]) for url in (cloud.machine.endpoint, cloud.machine.front_door)
    ]
    return processes.find(cloud.machine.folder) == [] and all(
        map(ports.is_free, [*held, database_port])
    )


def test_a_database_keeps_its_rows_and_its_secrets(cloud: Cloud) -> None:
    with connect(cloud) as connection:
        assert connection.pgconn.ssl_in_use
        connection.execute("create table station (name text)")
        connection.execute("insert into station values ('CS-1')")
        assert connection.execute("show fsync").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host="localhost",
            port=cloud.database_port("fleet"),
            user="administrator",
            password="guessed",
            dbname="fleet",
        )


def test_up_again_keeps_what_runs(cloud: Cloud) -> None:
    before = pid(cloud.machine, CONTROL_PLANE)
    assert cloud.machine.up() == ()
    assert pid(cloud.machine, CONTROL_PLANE) == before


def test_a_killed_front_door_is_started_again_alone(cloud: Cloud) -> None:
    os.kill(pid(cloud.machine, FRONT_DOOR), signal.SIGKILL)
    eventually(lambda: not processes.find(cloud.machine.folder, FRONT_DOOR))
    assert cloud.machine.up() == (FRONT_DOOR,)
    eventually(lambda: answers(cloud))


def test_down_leaves_nothing_and_up_brings_all_back(cloud: Cloud) -> None:
    port = eventually(lambda: cloud.database_port("fleet"))
    cloud.machine.down()
    assert nothing_is_left(cloud, port)
    cloud.machine.down()
    assert cloud.machine.up() == (CONTROL_PLANE, FRONT_DOOR)
    eventually(lambda: answers(cloud))
    with connect(cloud) as connection:
        assert connection.execute("select name from station").fetchall() == [("CS-1",)]
    assert cloud.database_port("fleet") == port


def test_a_killed_control_plane_takes_its_containers_along_and_comes_back(cloud: Cloud) -> None:
    port = eventually(lambda: cloud.database_port("fleet"))
    with connect(cloud) as connection:
        connection.execute("insert into station values ('CS-2')")
    os.kill(pid(cloud.machine, CONTROL_PLANE), signal.SIGKILL)
    eventually(lambda: len(processes.find(cloud.machine.folder)) == 1)
    assert cloud.machine.up() == (CONTROL_PLANE,)
    eventually(lambda: answers(cloud))
    with connect(cloud) as connection:
        assert connection.execute("select count(*) from station").fetchone() == (2,)
    assert cloud.database_port("fleet") == port


def test_status_says_what_runs(cloud: Cloud) -> None:
    eventually(lambda: answers(cloud))
    command = [sys.executable, "-m", "embedded", "--folder", str(cloud.machine.folder), "status"]
    said = subprocess.check_output(command, text=True)  # noqa: S603 — our own command
    assert cloud.machine.endpoint in said
    assert "echo: 1 of 1 tasks run" in said
    assert "in echo: healthy" in said
    assert "fleet: available" in said


def test_everything_killed_down_leaves_nothing(cloud: Cloud) -> None:
    port = eventually(lambda: cloud.database_port("fleet"))
    (postmaster,) = processes.find(cloud.machine.folder, DATABASE)
    for process in processes.find(cloud.machine.folder):
        if process.pid != postmaster.pid:
            os.kill(process.pid, signal.SIGKILL)
    cloud.machine.down()
    assert nothing_is_left(cloud, port)


def test_reset_forgets_what_was_deployed(cloud: Cloud) -> None:
    cloud.machine.reset()
    assert [entry.name for entry in cloud.machine.folder.iterdir()] == []


def test_a_port_that_is_taken_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        machine = Machine(tmp_path, control_plane_port=port, venv=Path(".embedded/venv").absolute())
        with pytest.raises(MachineError, match=f"port {port} .* process {os.getpid()}"):
            machine.up()
    assert processes.find(tmp_path) == []
