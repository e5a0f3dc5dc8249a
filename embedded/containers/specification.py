"""What a container is to be: the arguments of ``containers.run`` that have a meaning here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_STOP_SECONDS = 10.0
"""Docker's own default."""

_HOST = "host.docker.internal"


@dataclass(frozen=True)
class Specification:
    """One container's image, program, environment and place on the network."""

    image: str
    name: str
    environment: dict[str, str]
    labels: dict[str, str]
    command: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    working_dir: str = ""
    volumes: dict[str, str] = field(default_factory=dict)
    """Name of the volume to path in the container."""
    published_ports: dict[int, int] = field(default_factory=dict)
    """Port in the container to port of the host."""
    stop_seconds: float | None = None
    """Deployed stop timeout; goes before what a caller of ``stop`` has in mind."""

    @classmethod
    def from_arguments(cls, image: str, arguments: Mapping[str, Any]) -> "Specification":
        """Read the SDK's keyword arguments; what only a kernel can give is left out."""
        environment = {
            name: str(value) for name, value in (arguments.get("environment") or {}).items()
        }
        if _HOST in (arguments.get("extra_hosts") or {}):
            # There is no hosts file of its own; the name means this machine.
            environment = {
                name: value.replace(_HOST, "localhost") for name, value in environment.items()
            }
        stop_seconds = arguments.get("stop_timeout")
        return cls(
            image=image,
            name=arguments.get("name") or "",
            environment=environment,
            labels=dict(arguments.get("labels") or {}),
            command=_words(arguments.get("command")),
            entrypoint=_words(arguments.get("entrypoint")),
            working_dir=arguments.get("working_dir") or "",
            volumes=_volumes(arguments.get("volumes")),
            published_ports={
                int(str(inside).partition("/")[0]): int(outside)
                for inside, outside in (arguments.get("ports") or {}).items()
            },
            stop_seconds=None if stop_seconds is None else float(stop_seconds),
        )


def _words(value: str | list[str] | None) -> list[str]:
    return value.split() if isinstance(value, str) else list(value or [])


def _volumes(value: Mapping[str, Mapping[str, str]] | list[str] | None) -> dict[str, str]:
    """The SDK takes ``{source: {"bind": path}}`` or ``["source:path:mode"]``."""
    if isinstance(value, Mapping):
        return {source: mount["bind"] for source, mount in value.items()}
    return {bind.split(":")[0]: bind.split(":")[1] for bind in value or []}
