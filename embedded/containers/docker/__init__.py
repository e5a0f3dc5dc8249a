"""The part of the Docker SDK for Python that MiniStack uses; see `embedded.containers`."""

from embedded.containers.client import DockerClient, from_env

__all__ = ["DockerClient", "from_env"]
