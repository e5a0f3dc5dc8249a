"""The Docker client: one for the process, over the machine's folder."""

import functools
import os
import shutil
from pathlib import Path

from embedded.containers.addresses import Addresses
from embedded.containers.collection import Containers, Images
from embedded.containers.errors import NotFound
from embedded.containers.postgresql_backups import beginning
from embedded.images import Registry
from embedded.processes import MACHINE


class Volume:
    """A named folder that outlives containers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def remove(self, *, force: bool = False) -> None:  # noqa: ARG002 — as the SDK has it
        """Delete the volume and all data on it, also what a backup of it needs."""
        for folder in (self._folder, beginning(self._folder)):
            shutil.rmtree(folder, ignore_errors=True)


class Volumes:
    """The machine's volumes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> Volume:
        """Raises `NotFound`."""
        if not (self.folder / name).is_dir():
            raise NotFound(f"no volume {name}")
        return Volume(self.folder / name)


class DockerClient:
    """``docker.DockerClient``."""

    def __init__(self, machine: Path) -> None:
        registry = Registry(machine / "images")
        self.images = Images(registry)
        self.volumes = Volumes(machine / "volumes")
        self.containers = Containers(machine, registry, Addresses(machine))

    def ping(self) -> bool:
        """Whether the daemon answers: there is none to fail."""
        return True


@functools.cache
def _client(machine: Path) -> DockerClient:
    return DockerClient(machine)


def from_env(**_: object) -> DockerClient:
    """The client of the machine whose control plane this process is."""
    return _client(Path(os.environ[MACHINE]))
