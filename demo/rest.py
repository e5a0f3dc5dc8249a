"""The deployed REST APIs as any client of theirs sees them."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp

Document = dict[str, Any]


def through(front_door: str, url: str) -> tuple[str, dict[str, str]]:
    """How to reach a deployed URL whose host only the front door knows: URL and headers."""
    there = urlsplit(url)
    path = urlunsplit(("", "", there.path or "/", there.query, ""))
    return front_door + path, {"Host": there.netloc}


class Refused(Exception):  # noqa: N818 — it says what the API did
    """An answer other than 2xx, with the problem document's detail (RFC 9457)."""

    def __init__(self, method: str, path: str, status: int, detail: str) -> None:
        super().__init__(f"{method} {path}: {status}: {detail}")
        self.status = status


class RestApi:
    """One API behind the front door, with the access token of who signed in."""

    def __init__(self, front_door: str, prefix: str, access_token: str) -> None:
        """`front_door` is scheme, host and port; `prefix` the path of the API's version."""
        self._base = front_door + prefix
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=aiohttp.ClientTimeout(total=120),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str | int) -> Document:
        """A document; raises `Refused`."""
        return await self._json("GET", path, params=query)

    async def put(self, path: str, body: Document) -> Document:
        """Create or replace what `path` names; raises `Refused`."""
        return await self._json("PUT", path, json=body)

    async def post(self, path: str, body: Document | list[Document] | None = None) -> Document:
        """Ask for something to be done; raises `Refused`."""
        return await self._json("POST", path, json=body or {})

    async def download(self, path: str) -> bytes:
        """A file's bytes; raises `Refused`."""
        async with self._session.get(self._base + path) as answer:
            await _check(answer, "GET", path)
            return await answer.read()

    async def _json(self, method: str, path: str, **options: Any) -> Document:
        async with self._session.request(method, self._base + path, **options) as answer:
            await _check(answer, method, path)
            document: Document = await answer.json()
            return document


async def _check(answer: aiohttp.ClientResponse, method: str, path: str) -> None:
    if answer.ok:
        return
    text = await answer.text()
    if "json" in answer.content_type:
        problem = await answer.json()
        text = problem.get("detail") or problem.get("title") or text
    raise Refused(method, path, answer.status, text)
