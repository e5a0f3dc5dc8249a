"""``docker.models.containers.Container``: a container over its process."""

import io
import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedded import processes
from embedded.containers import postgresql
from embedded.containers.addresses import Addresses
from embedded.containers.errors import APIError
from embedded.containers.process import ContainerProcess, Program
from embedded.containers.specification import DEFAULT_STOP_SECONDS, Specification
from embedded.images import Image

_TASK = "com.amazonaws.ecs.task-arn"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


class Container:
    """Created, then started, then ended; it can be started again."""

    def __init__(
        self,
        specification: Specification,
        image: Image | None,
        machine: Path,
        addresses: Addresses,
        forget: Callable[["Container"], None],
    ) -> None:
        self.id = secrets.token_hex(32)
        self.name = specification.name or self.id[:12]
        self.labels = specification.labels
        self._specification = specification
        self._image = image
        self._machine = machine
        self._addresses = addresses
        self._forget = forget
        self._created = _now()
        self._folder = machine / "state" / "scratch" / "containers" / self.id[:12]
        self._folder.mkdir(parents=True)
        self._output = machine / "log" / "containers" / f"{self.name}-{self.id[:12]}.log"
        self._owner = specification.labels.get(_TASK, self.id)
        self._process: ContainerProcess | None = None
        self._finished: str | None = None
        self.address = addresses.take(self._owner)

    @property
    def status(self) -> str:
        """``created``, ``running`` or ``exited``; always as it is now."""
        if self._process is None:
            return "created"
        if self._process.exit_code is None:
            return "running"
        self._finished = self._finished or _now()
        return "exited"

    @property
    def attrs(self) -> dict[str, Any]:
        """What ``docker inspect`` says, as far as anybody here asks."""
        status = self.status
        return {
            "Id": self.id,
            "Name": f"/{self.name}",
            "Created": self._created,
            "Labels": self.labels,
            "Config": {"Labels": self.labels, "Image": self._specification.image},
            "State": {
                "Status": status,
                "Running": status == "running",
                "ExitCode": self._process.exit_code if self._process else None,
                "FinishedAt": self._finished or "",
            },
            "NetworkSettings": {"Networks": {"awsvpc": {"IPAddress": self.address}}},
        }

    def reload(self) -> None:
        """Nothing is cached."""

    def has_labels(self, wanted: Iterable[str]) -> bool:
        """Whether it carries each ``name`` or ``name=value``."""
        pairs = (label.partition("=") for label in wanted)
        return all(
            name in self.labels and (not equals or self.labels[name] == value)
            for name, equals, value in pairs
        )

    def put_archive(self, path: str, data: bytes) -> bool:
        """Unpack the files of a tar archive into the container's own folder."""
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            # Not `extractall`: its safe form is in Python from 3.11.4 on.
            for member in archive:
                target = (self._folder / path.lstrip("/") / member.name).resolve()
                content = archive.extractfile(member)
                if content is not None and target.is_relative_to(self._folder):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.touch(mode=member.mode)
                    target.write_bytes(content.read())
        return True

    def start(self) -> None:
        """Start, or start again after an end."""
        if self.status == "running":
            return
        self._finished = None
        self._process = self._start_database() if self._image is None else self._start(self._image)

    def stop(self, timeout: float | None = None) -> None:
        """Signal, wait for the deployed stop timeout, then kill."""
        seconds = self._specification.stop_seconds or timeout or DEFAULT_STOP_SECONDS
        if self._process is not None:
            self._process.stop(seconds)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()

    def wait(self, timeout: float | None = None) -> dict[str, int]:
        """Wait for the end; raises `APIError` when it takes longer than `timeout`."""
        if self._process is None:
            raise APIError(f"{self.name} was never started")
        try:
            return {"StatusCode": self._process.wait(timeout)}
        except subprocess.TimeoutExpired as error:
            raise APIError(f"{self.name} still runs") from error

    def logs(
        self, *, stream: bool = False, tail: int | None = None, **_: object
    ) -> bytes | Iterator[bytes]:
        """The last lines, or with `stream` all lines as they come."""
        if stream and self._process is not None:
            return self._process.lines()
        lines = self._output.read_bytes().splitlines(keepends=True) if self._output.exists() else []
        return b"".join(lines if tail is None else lines[-tail:])

    def remove(self, *, force: bool = False, **_: object) -> None:
        """Forget it; raises `APIError` when it runs and `force` is not given."""
        if self.status == "running":
            if not force:
                raise APIError(f"{self.name} runs")
            self.kill()
        self._addresses.release(self._owner)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._forget(self)

    def _start(self, image: Image) -> ContainerProcess:
        wanted, config = self._specification, image.config
        # An entry point that is given takes the image's command away (docker run --entrypoint).
        command = wanted.command or ([] if wanted.entrypoint else config.cmd)
        words = [*(wanted.entrypoint or config.entrypoint), *command]
        if not words:
            raise APIError(f"{wanted.image}: no command")
        inside = wanted.working_dir or config.working_dir
        return ContainerProcess(
            Program(
                command=[image.inside(word) for word in words],
                environment=self._environment(image),
                working_dir=image.rootfs / inside.lstrip("/"),
                output=self._output,
            )
        )

    def _environment(self, image: Image) -> dict[str, str]:
        """The platform's variables, the image's, and what was deployed, which goes first."""
        variables = self._platform()
        variables |= image.config.env
        variables |= self._specification.environment
        variables = {name: image.inside(value) for name, value in variables.items()}
        variables["PATH"] = f"{image.programs}:{variables.get('PATH', _SYSTEM_PATH)}"
        return variables | processes.marker(self._machine, processes.CONTAINER)

    def _platform(self) -> dict[str, str]:
        variables = {
            "HOME": str(self._folder),
            "HOSTNAME": self.id[:12],
            "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if task := self.labels.get(_TASK):
            _, _, _, region, account, _ = task.split(":", 5)
            variables |= {
                "AWS_REGION": region,
                "AWS_DEFAULT_REGION": region,
                # The access key says whose the caller is.
                "AWS_ACCESS_KEY_ID": account,
                "AWS_SECRET_ACCESS_KEY": "embedded",
            }
        return variables

    def _start_database(self) -> ContainerProcess:
        wanted = self._specification
        volume = next(iter(wanted.volumes), None)
        data = self._machine / "volumes" / volume if volume else self._folder / "data"
        words = [*wanted.entrypoint, *wanted.command]
        options = words[words.index("postgres") + 1 :] if "postgres" in words else []
        for entry in self._folder.iterdir():  # certificates that were put there
            postgresql.own(entry)
            options = [option.replace(f"/{entry.name}/", f"{entry}/") for option in options]
        server = postgresql.DatabaseServer(
            data=data,
            port=wanted.published_ports[5432],
            username=wanted.environment["POSTGRES_USER"],
            password=wanted.environment["POSTGRES_PASSWORD"],
            database=wanted.environment.get("POSTGRES_DB", wanted.environment["POSTGRES_USER"]),
            options=options,
        )
        environment = {
            "PATH": os.environ.get("PATH", _SYSTEM_PATH),
            "LANG": "C.UTF-8",
            **processes.marker(self._machine, processes.DATABASE),
        }
        return server.start(environment, self._output)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
