"""One machine as an AWS: bring it up, publish images to it, bring it down.

    machine = Machine(Path(".embedded"), account_id="111122223333", region="eu-central-1")
    machine.up()                  # idempotent; returns the parts that it had to start
    machine.endpoint              # "http://localhost:4566", for AWS_ENDPOINT_URL
    machine.front_door            # "http://localhost:8080", what the Internet sees
    machine.push("shop/cart", Path("cart/Dockerfile"), Path("."))      # → "sha256:…"
    machine.down()                # leaves no process, no port, no lock; state stays
    machine.reset()               # down, and state away

The folder holds all there is: ``venv/`` (MiniStack), ``state/`` (what was deployed), ``images/``
(the registry), ``volumes/`` (databases), ``log/`` and ``machine.json``.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from embedded import images, installation, ports, processes
from embedded.processes import CONTAINER, CONTROL_PLANE, DATABASE, FRONT_DOOR

_SOURCES = Path(__file__).parent.parent
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
"""What the control plane gets to save its state and to stop containers."""
_RELEASE_SECONDS = 2.0
"""A killed process gives its memory back first, and is found no more; then its sockets."""


class MachineError(Exception):
    """The machine cannot do what was asked; says why, and what holds it up."""


@dataclass(frozen=True)
class _Note:
    """``machine.json``: what the last `Machine.up` started, and how."""

    pids: dict[str, int] = field(default_factory=dict)
    control_plane_port: int = 4566
    front_door_port: int = 8080
    account_id: str = "000000000000"
    region: str = "eu-central-1"
    keeps_hours: bool = True


class Machine:
    """The machine over its folder. Every method may be called from any process."""

    def __init__(
        self,
        folder: Path = Path(".embedded"),
        *,
        account_id: str | None = None,
        region: str | None = None,
        control_plane_port: int | None = None,
        front_door_port: int | None = None,
        keeps_hours: bool | None = None,
        venv: Path | None = None,
    ) -> None:
        """What is not given is as it was at the last `up`.

        `keeps_hours` is whether scheduled actions are carried out: not where somebody wants to see
        at night what stops in the evening. `venv` lets machines share the installation; the default
        is a folder of its own.
        """
        self.folder = folder.resolve()
        last = self._noted()
        self.account_id = account_id or last.account_id
        self.region = region or last.region
        self._control_plane_port = control_plane_port or last.control_plane_port
        self._front_door_port = front_door_port or last.front_door_port
        self._keeps_hours = last.keeps_hours if keeps_hours is None else keeps_hours
        self._venv = (venv or self.folder / "venv").absolute()

    @property
    def endpoint(self) -> str:
        """URL of every AWS API."""
        return f"http://localhost:{self._control_plane_port}"

    @property
    def front_door(self) -> str:
        """URL of what was deployed, as the Internet sees it."""
        return f"http://localhost:{self._front_door_port}"

    @property
    def front_door_authority(self) -> Path:
        """Certificate (PEM) that clients trust who reach the front door by TLS."""
        return self.folder / "tls" / "authority.pem"

    @property
    def recorded(self) -> Path:
        """File of the resources that are only recorded (`embedded.control_plane.record`)."""
        return self.folder / "recorded.json"

    @property
    def unread(self) -> Path:
        """File of the resources with properties that were never read (likewise)."""
        return self.folder / "unread.json"

    @property
    def log(self) -> Path:
        """Folder of what the machine's own processes write."""
        return self.folder / "log"

    def up(self, say: Callable[[str], None] = lambda _: None) -> tuple[str, ...]:
        """Bring up what does not run, wait until it answers; returns what was started.

        Raises `MachineError`, and leaves nothing of its own running then.
        """
        with self._locked():
            if not (self._venv / ".installed").is_file():
                say("installing MiniStack")
            installation.install(self._venv)
            missing = [role for role in (CONTROL_PLANE, FRONT_DOOR) if not self._runs(role)]
            if CONTROL_PLANE in missing:
                self._end(CONTROL_PLANE, CONTAINER, DATABASE)
            for role in missing:
                self._must_be_free(self._port(role), role)
            try:
                for role in missing:
                    say(f"starting the {role} on port {self._port(role)}")
                    self._start(role)
            except BaseException:
                self._end(*missing, CONTAINER, DATABASE)
                raise
            return tuple(missing)

    def down(self) -> None:
        """End every process of the machine, however it was started or orphaned."""
        if not self.folder.is_dir():
            return
        with self._locked():
            self._end(CONTROL_PLANE)
            self._end(FRONT_DOOR, CONTAINER, DATABASE)
            self._end()
            if (self.folder / "machine.json").exists():
                self._write(replace(self._noted(), pids={}))

    def reset(self) -> None:
        """Bring the machine down and forget what was deployed, published and stored."""
        self.down()
        for part in ("state", "images", "volumes", "log", "tls"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        for part in ("machine.json", "recorded.json", "unread.json", "target-health.json"):
            (self.folder / part).unlink(missing_ok=True)

    def push(self, repository: str, dockerfile: Path, context: Path) -> str:
        """Build an image into the machine's registry; returns its digest.

        Raises `embedded.images.DockerfileError`.
        """
        registry = images.Registry(self.folder / "images")
        return registry.push(repository, dockerfile.resolve(), context.resolve())

    def is_up(self) -> bool:
        """Whether both of the machine's own programs run."""
        return self._runs(CONTROL_PLANE) and self._runs(FRONT_DOOR)

    def _port(self, role: str) -> int:
        return self._control_plane_port if role == CONTROL_PLANE else self._front_door_port

    def _runs(self, role: str) -> bool:
        noted = self._noted()
        started = noted.pids.get(role)
        if all(process.pid != started for process in processes.find(self.folder, role)):
            return False
        there = (noted.control_plane_port, noted.front_door_port, noted.account_id)
        if there != (self._control_plane_port, self._front_door_port, self.account_id):
            raise MachineError(
                f"{self.folder} is up with control plane port {there[0]}, front door port"
                f" {there[1]} and account {there[2]}: bring it down first"
            )
        return True

    def _noted(self) -> _Note:
        try:
            return _Note(**json.loads((self.folder / "machine.json").read_text()))
        except FileNotFoundError:
            return _Note()

    def _must_be_free(self, port: int, role: str) -> None:
        deadline = time.monotonic() + _RELEASE_SECONDS
        while not ports.is_free(port):
            if time.monotonic() > deadline:
                raise MachineError(f"port {port} of the {role} is held by {ports.holder(port)}")
            time.sleep(0.05)

    def _start(self, role: str) -> None:
        control_plane = role == CONTROL_PLANE
        python = str(self._venv / "bin/python") if control_plane else sys.executable
        module = "embedded.control_plane" if control_plane else "embedded.front_door"
        log = self.log / f"{role.replace(' ', '-')}.log"
        started = processes.start(
            [python, "-m", module],
            machine=self.folder,
            role=role,
            environment=self._environment(),
            log=log,
        )
        self._note(role, started.pid)
        deadline = time.monotonic() + _START_SECONDS
        while not ports.answers(self._port(role)):
            if started.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-2000:]
                raise MachineError(f"the {role} did not come up:\n{tail}\nsee {log}")
            time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        return inherited | {
            "PYTHONPATH": os.pathsep.join([str(_SOURCES), str(_SOURCES / "embedded/containers")]),
            "GATEWAY_PORT": str(self._control_plane_port),
            "MINISTACK_ACCOUNT_ID": self.account_id,
            "MINISTACK_REGION": self.region,
            "STATE_DIR": str(self.folder / "state"),
            "EMBEDDED_RECORD": str(self.recorded),
            "EMBEDDED_KEEPS_HOURS": str(int(self._keeps_hours)),
            "LOG_LEVEL": "WARNING",
            "FRONT_DOOR_PORT": str(self._front_door_port),
            "RDS_BASE_PORT": str(ports.of_databases(self.folder)),
            "EMBEDDED_INTERPRETER": str(installation.base_interpreter()),
            # No socket: MiniStack asks only whether there is a Docker to speak of.
            "DOCKER_HOST": "process://",
        }

    def _note(self, role: str, pid: int) -> None:
        self._write(
            _Note(
                {**self._noted().pids, role: pid},
                self._control_plane_port,
                self._front_door_port,
                self.account_id,
                self.region,
                self._keeps_hours,
            )
        )

    def _write(self, note: _Note) -> None:
        fresh = self.folder / "machine.json.new"
        fresh.write_text(json.dumps(asdict(note), indent=2) + "\n")
        fresh.replace(self.folder / "machine.json")

    def _end(self, *roles: str) -> None:
        """End processes of these roles, or of all: politely, then by force."""
        for process in processes.find(self.folder, *roles):
            # PostgreSQL's "fast" shutdown: sessions end, data is flushed (postgres(1), SIGINT).
            number = signal.SIGINT if process.role == DATABASE else signal.SIGTERM
            processes.send([process], number)
        left = processes.wait_for_end(self.folder, *roles, seconds=_STOP_SECONDS)
        processes.send(left, signal.SIGKILL)
        left = processes.wait_for_end(self.folder, *roles, seconds=_STOP_SECONDS)
        if left:
            names = ", ".join(f"{process.pid} ({process.role})" for process in left)
            raise MachineError(f"these processes do not end: {names}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One `up` or `down` at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(installation.locked(self.folder, wait=False))
            except BlockingIOError:
                raise MachineError(f"another program is just now busy with {self.folder}") from None
            yield
