"""Two connections made one: bytes go through as they come, both ways."""

import asyncio
from typing import cast


class Splice(asyncio.Protocol):
    """One end; what it reads goes to its peer's transport.

    A slow reader stops the other end's reading, so a splice buffers little, and an end of stream
    is passed on while the other direction goes on (half-close).
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer  # kept: a writer that nobody holds closes its transport
        self._transport = cast(asyncio.Transport, writer.transport)  # sockets read and write
        self._peer: Splice | None = None
        self._finished = False

    @classmethod
    def join(cls, one: asyncio.StreamWriter, other: asyncio.StreamWriter, *, ended: bool) -> None:
        """Take over both connections; what their readers had buffered was passed on before.

        `ended` says that the first has finished sending.
        """
        near, far = cls(one), cls(other)
        near._peer, far._peer = far, near
        for end in (near, far):
            end._transport.set_protocol(end)
        for end in (near, far):
            if end._transport.is_closing():
                end.connection_lost(None)
            else:
                end._transport.resume_reading()
        if ended:
            near.eof_received()

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        if self._peer is not None:
            self._peer._transport.write(data)

    def eof_received(self) -> bool:
        """Pass the end on; the connection closes when both directions have ended."""
        self._finished = True
        peer = self._peer
        if peer is None or peer._finished:
            return False
        if peer._transport.can_write_eof():
            peer._transport.write_eof()
            return True
        return False

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 — asyncio's
        """What was written to the other end is sent before it closes too."""
        peer, self._peer = self._peer, None
        if peer is not None:
            peer._peer = None
            peer._transport.close()

    def pause_writing(self) -> None:
        """This end takes no more: the other is not read."""
        if self._peer is not None:
            self._peer._transport.pause_reading()

    def resume_writing(self) -> None:
        """This end takes bytes again."""
        if self._peer is not None and not self._peer._transport.is_closing():
            self._peer._transport.resume_reading()
