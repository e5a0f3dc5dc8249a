"""``containers`` and ``images`` of the Docker client."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.containers.addresses import Addresses
from embedded.containers.container import Container
from embedded.containers.errors import ImageNotFound, NotFound
from embedded.containers.specification import Specification
from embedded.images import Image, Registry


def is_database(image: str) -> bool:
    """Whether the image is one of ``postgres:*``."""
    return image.rpartition("/")[2].partition(":")[0] == "postgres"


class Images:
    """The machine's registry, whichever registry host an image's name begins with."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def get(self, name: str) -> Image | None:
        """An image by ``host/repository@digest``; None stands for a database's.

        Raises `ImageNotFound`.
        """
        if is_database(name):
            return None
        _, _, path = name.partition("/")
        repository, _, digest = path.partition("@")
        image = self._registry.get(repository, digest) if digest else None
        if image is None:
            raise ImageNotFound(f"manifest for {name} not found: push the image first")
        return image

    def pull(self, repository: str, **_: object) -> Image | None:
        """As `get`: the registry is on this machine."""
        return self.get(repository)

    def get_registry_data(self, name: str, **_: object) -> Image | None:
        """As `get`; images are known by digest only, so a tag is not found."""
        return self.get(name)


class Containers:
    """Containers of this process, running or ended."""

    def __init__(self, machine: Path, registry: Registry, addresses: Addresses) -> None:
        self._machine = machine
        self._images = Images(registry)
        self._addresses = addresses
        self._containers: dict[str, Container] = {}
        self._lock = threading.Lock()

    @property
    def addresses(self) -> Addresses:
        """Who has which loopback address."""
        return self._addresses

    def create(self, image: str, **arguments: Any) -> Container:
        """A container that is not started; raises `ImageNotFound`."""
        specification = Specification.from_arguments(image, arguments)
        container = Container(
            specification, self._images.get(image), self._machine, self._addresses, self._forget
        )
        with self._lock:
            self._containers[container.id] = container
        return container

    def run(self, image: str, **arguments: Any) -> Container:
        """A container that is started; ``detach`` is implied."""
        container = self.create(image, **arguments)
        try:
            container.start()
        except Exception:
            container.remove(force=True)
            raise
        return container

    def get(self, id_or_name: str) -> Container:
        """Raises `NotFound`."""
        with self._lock:
            for container in self._containers.values():
                if id_or_name in (container.id, container.name):
                    return container
        raise NotFound(f"no container {id_or_name!r}")

    def list(
        self,
        *,
        all: bool = False,  # noqa: A002 — the SDK's name
        filters: Mapping[str, Any] | None = None,
        **_: object,
    ) -> list[Container]:
        """Running containers, or all, with each of the labels of the filter."""
        wanted = (filters or {}).get("label") or []
        labels = [wanted] if isinstance(wanted, str) else wanted
        with self._lock:
            containers = list(self._containers.values())
        return [
            container
            for container in containers
            if (all or container.status == "running") and container.has_labels(labels)
        ]

    def _forget(self, container: Container) -> None:
        with self._lock:
            self._containers.pop(container.id, None)
