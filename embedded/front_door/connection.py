"""One client's connection: HTTP/1.1 requests one after another, or a WebSocket."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from functools import partial
from typing import cast

import h11

from embedded.front_door.door import Door
from embedded.front_door.routing import Answer, Request, Verified
from embedded.front_door.splice import Splice
from embedded.front_door.upstream import NoWayError, Site, Upstream
from embedded.front_door.verification import RefusedError, verified

_CHUNK = 64 * 1024
_HEAD_LIMIT = 64 * 1024
_ANSWER_SECONDS = 60.0
"""Idle timeout of an Application Load Balancer."""

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "expect"}
)
"""RFC 9110, section 7.6.1; ``expect`` is answered here."""


class _Peer:
    """h11 over streams: one end of a connection."""

    def __init__(
        self,
        role: type[h11.CLIENT | h11.SERVER],
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.reader, self.writer = streams
        self.http = h11.Connection(role, max_incomplete_event_size=_HEAD_LIMIT)

    async def receive(self) -> h11.Event | None:
        """The next event, None after a message's end; raises `h11.RemoteProtocolError`."""
        while True:
            event = self.http.next_event()
            if isinstance(event, h11.Event):
                return event
            if event is h11.PAUSED:
                return None
            if self.http.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self.http.receive_data(await self.reader.read(_CHUNK))

    async def send(self, event: h11.Event) -> None:
        if data := self.http.send(event):
            self.writer.write(data)
            await self.writer.drain()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class _ClientReader(asyncio.StreamReader):
    """A reader that can be emptied: bytes may still come in just after reading was paused."""

    _ended = False

    def feed_eof(self) -> None:
        self._ended = True
        super().feed_eof()

    async def take_rest(self) -> tuple[bytes, bool]:
        """All that has come in, at once, and whether that is the end."""
        ended = self._ended
        super().feed_eof()
        return await self.read(), ended


def listen(site: Site, port: int, tls: ssl.SSLContext) -> Door:
    """Serve the site on 127.0.0.1, verifying listeners by `tls`."""

    def protocol() -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(_ClientReader(), partial(_serve, site))

    return Door(port, protocol, tls)


async def _serve(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve a client until it goes; a spliced connection lives on after this returns."""
    client = _Peer(h11.SERVER, (reader, writer))
    connection = writer.get_extra_info("ssl_object")
    try:
        who = verified(connection) if connection is not None else None
        while not await _serve_request(site, client, who):
            if client.http.our_state is not h11.DONE or client.http.their_state is not h11.DONE:
                break
            client.http.start_next_cycle()
        else:
            return
    except h11.RemoteProtocolError as error:
        with contextlib.suppress(OSError, h11.LocalProtocolError):
            await _answer(client, Answer(error.error_status_hint, f"{error}\n"))
    except (OSError, RefusedError):  # either side went away, or is not let in
        pass
    await client.close()


async def _serve_request(site: Site, client: _Peer, who: Verified | None) -> bool:
    """Serve the next request; returns whether the connection was given away to a WebSocket."""
    head = await client.receive()
    if not isinstance(head, h11.Request):
        return False
    upgrade = (b"upgrade", b"websocket") in [(n, v.lower()) for n, v in head.headers]
    if upgrade:
        _transport(client.writer).pause_reading()  # from here on bytes are the other end's
    address = client.writer.get_extra_info("peername")[0]
    try:
        upstream = await site.connect(_request(head, who), address)
    except NoWayError as error:
        if upgrade:
            _transport(client.writer).resume_reading()
        await _answer(client, error.answer)
        return False
    if upgrade:
        await _give_away(client, head, upstream)
        return True
    await _forward(client, head, upstream)
    return False


def _transport(writer: asyncio.StreamWriter) -> asyncio.Transport:
    return cast(asyncio.Transport, writer.transport)  # sockets read and write


async def _give_away(client: _Peer, head: h11.Request, upstream: Upstream) -> None:
    lines = [b"%s %s HTTP/1.1" % (head.method, head.target)]
    kept = _kept(head, upstream)
    lines += [b"%s: %s" % header for header in [*kept, *_encoded(upstream.headers)]]
    early, _ = client.http.trailing_data
    rest, ended = await cast(_ClientReader, client.reader).take_rest()
    upstream.writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + early + rest)
    Splice.join(client.writer, upstream.writer, ended=ended)


async def _forward(client: _Peer, head: h11.Request, upstream: Upstream) -> None:
    origin = _Peer(h11.CLIENT, (upstream.reader, upstream.writer))
    kept = [
        (name, value)
        for name, value in _kept(head, upstream)
        if name.lower().decode("latin-1") not in _HOP_BY_HOP
    ]
    headers = [*kept, *_encoded(upstream.headers), (b"connection", b"close")]
    body = None
    try:
        await origin.send(h11.Request(method=head.method, target=head.target, headers=headers))
        body = asyncio.create_task(_pass_on(client, origin))
        async with asyncio.timeout(_ANSWER_SECONDS):
            response = await _response(origin)
        await client.send(_without_hops(response))
        await _pass_on(origin, client)
        await body
    except TimeoutError:
        await _answer(client, Answer(504, "The target does not answer.\n"))
    except (h11.RemoteProtocolError, ConnectionError):
        if client.http.our_state is not h11.SEND_RESPONSE:
            raise  # too late for another answer: the client sees a broken connection
        await _answer(client, Answer(502, "The target broke off.\n"))
    finally:
        if body is not None:
            body.cancel()
        await origin.close()


async def _response(origin: _Peer) -> h11.Response:
    while True:
        event = await origin.receive()
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("the target closed without an answer")


async def _pass_on(source: _Peer, sink: _Peer) -> None:
    """A message's body, as it comes."""
    while True:
        event = await source.receive()
        if isinstance(event, h11.Data | h11.EndOfMessage):
            await sink.send(event)
        if not isinstance(event, h11.Data):
            return


async def _answer(client: _Peer, answer: Answer) -> None:
    body = answer.body.encode()
    headers = [
        ("content-type", answer.content_type),
        ("content-length", str(len(body))),
        ("server", "embedded front door"),
    ]
    if answer.location is not None:
        headers.append(("location", answer.location))
    await client.send(h11.Response(status_code=answer.status, headers=headers))
    await client.send(h11.Data(data=body))
    await client.send(h11.EndOfMessage())


def _without_hops(response: h11.Response) -> h11.Response:
    kept = [
        (name, value)
        for name, value in response.headers.raw_items()
        if name.lower().decode("latin-1") not in _HOP_BY_HOP
    ]
    return h11.Response(status_code=response.status_code, headers=kept, reason=response.reason)


def _kept(head: h11.Request, upstream: Upstream) -> list[tuple[bytes, bytes]]:
    """The client's own headers, but for those that are not for it to say."""
    replaced = {name.lower() for name, _ in upstream.headers}
    return [
        (name, value)
        for name, value in head.headers.raw_items()
        if name.lower().decode("latin-1") not in replaced
    ]


def _request(head: h11.Request, who: Verified | None) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    path, _, query = head.target.decode("latin-1").partition("?")
    host = headers.get("host", "").rsplit(":", 1)[0].lower()
    return Request(head.method.decode("ascii"), path, query, host, headers, who)


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
