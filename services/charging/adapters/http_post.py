"""One request to somebody else's program: to this address only, in time, of bounded size."""

import asyncio
import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from contracts.tracing.spans import TRACEPARENT, step, traceparent
from services.charging.application.ports import UnavailableError

WITHIN = 10.0
"""Seconds for all of it: a station waits for its answer 30 or more."""
_SILENCE = 5.0
"""Seconds."""


async def post(url: str, body: bytes, headers: Mapping[str, str], *, largest: int) -> bytes:
    """The body of the answer; raises `UnavailableError`.

    A redirection is no answer: nobody is asked but whom `url` names.
    """
    host = urlsplit(url).hostname or ""
    try:
        with step(host):
            if (trace := traceparent()) is not None:
                headers = {**headers, TRACEPARENT: trace}
            async with asyncio.timeout(WITHIN):
                return await asyncio.to_thread(_post, url, body, headers, largest)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnavailableError(f"{host}: {error!r}") from error


def _post(url: str, body: bytes, headers: Mapping[str, str], largest: int) -> bytes:
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=_SILENCE)
    try:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        read = answer.read(largest + 1)
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise ValueError(f"answered {answer.status}")
    if len(read) > largest:
        raise ValueError(f"answered more than {largest} bytes")
    return read
