"""``docker.errors``."""

from embedded.containers.errors import APIError, DockerException, ImageNotFound, NotFound

__all__ = ["APIError", "DockerException", "ImageNotFound", "NotFound"]
