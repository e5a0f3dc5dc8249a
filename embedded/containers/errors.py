"""The errors of the Docker SDK for Python, by their names there."""


class DockerException(Exception):  # noqa: N818 — the SDK's name
    """Base of all."""


class APIError(DockerException):
    """What was asked for cannot be done; says why."""


class NotFound(APIError):  # noqa: N818 — the SDK's name
    """No such container or volume."""


class ImageNotFound(NotFound):
    """No such image in the machine's registry."""
