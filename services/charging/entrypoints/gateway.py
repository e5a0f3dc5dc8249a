"""The gateway: sockets of stations (OCPP-J, section 3).

Holds sockets and nothing else: what a station says goes to the central system as action and
payload, and each socket takes the commands that wait for its station.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from contracts.tracing.spans import NO_TRACING, Tracing
from services.charging.application.central_system import CentralSystem
from services.charging.application.commands import CommandDelivery
from services.charging.application.conversation import Conversation
from services.charging.application.ports import UnavailableError
from services.charging.application.registrations import Registrations
from services.charging.domain.admission import Arrival
from services.charging.domain.ocpp_j.version import Version
from services.charging.entrypoints.admissions import (
    Admissions,
    Issued,
    Keys,
    Stations,
    station_named_by,
)
from services.charging.entrypoints.client_certificates import NO_LOAD_BALANCER, ClientCertificates
from services.charging.entrypoints.station_socket import StationSocket

logger = logging.getLogger(__name__)

LARGEST_MESSAGE = 2 * 1024 * 1024
"""Bytes. What a day's session tells at its end, each minute with seven measurands, is 1.3 million;
what is larger would come again and again, for the station hears no answer."""
UNREAD_MESSAGES = 2
"""Of a socket, when it is read no further: stations wait for an answer before they go on."""
PING_EVERY = 60.0
"""Seconds; keeps load balancers from closing idle sockets, and notices dead ones."""
ARRIVING_AT_ONCE = 4096
"""Connections that may wait to be accepted: beyond, the kernel drops them, and they try again only
after a second. As many as Linux allows by default (`net.core.somaxconn`)."""

ANSWERED_WITHIN = 2.0
"""Seconds for what is in hand when a socket is to be closed: a commit, a station's answer."""
CLOSED_A_SECOND = 100
"""When this node leaves, and has the time. Another takes 2,000 and more in a second of its CPU."""

GOING_AWAY = 1001
PROTOCOL_ERROR = 1002
SUPERSEDED = 1008
COME_BACK_LATER = 1013
"""Close codes (RFC 6455, section 7.4.1, and its registry)."""


class Connections(Stations, Protocol):
    """Who may connect, and which connection of a station counts."""

    async def register(self, station_id: str, epoch: int, version: Version) -> Arrival:
        """The station is connected here, in this version, unless it has a newer connection."""

    async def deregister(self, station_id: str, epoch: int) -> None:
        """The connection of this epoch is gone."""


class Gateway:
    """Accepts stations, and tells their sockets what other nodes say."""

    def __init__(
        self,
        *,
        central_systems: Sequence[CentralSystem],
        connections: Connections,
        commands: CommandDelivery,
        conversation: Callable[[str], Conversation],
        keys: Keys,
        issued: Issued,
        registrations: Registrations,
        certificates: ClientCertificates = NO_LOAD_BALANCER,
        tls: ssl.SSLContext | None = None,
        proxies: int = 0,
        not_admitted: Callable[[], None] = lambda: None,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        """`central_systems`: one for each version, those first that we would rather speak.

        `conversation`: of a station, for each of its sockets. `tls`: None behind a load balancer,
        which ends it. `proxies`: how many tell in ``X-Forwarded-For`` whom they heard.
        `not_admitted` hears of each station that is not let in.
        """
        self._registrations = registrations
        self._tls = tls
        self._admissions = Admissions(
            connections, keys, issued, certificates, proxies, not_admitted
        )
        self._tracing = tracing
        self._central_systems = {system.version.name: system for system in central_systems}
        self._commands = commands
        self._conversation = conversation
        self._connections = connections
        self._sockets: dict[str, StationSocket] = {}
        self._arriving: dict[str, bool] = {}
        """Stations that are being registered: whether a command has come for them meanwhile."""
        self._is_serving = self._is_leaving = False

    async def serve(self, host: str, port: int) -> Server:
        """Start listening."""
        server = await serve(
            self._connected,
            host,
            port,
            process_request=self._admissions.admit,
            select_subprotocol=self._select_subprotocol,
            compression=None,
            max_size=LARGEST_MESSAGE,
            max_queue=UNREAD_MESSAGES,
            ping_interval=PING_EVERY,
            ping_timeout=PING_EVERY,
            close_timeout=5,
            server_header=None,
            ssl=self._tls,
            backlog=ARRIVING_AT_ONCE,
        )
        self._is_serving = True
        return server

    async def leave(self, within: float) -> None:
        """Close every socket, one after the other, and return when the last has its answers.

        Spread over so many seconds at most: as soon as they are closed, all of their stations come
        to the other nodes.
        """
        self._is_leaving = True
        sockets = list(self._sockets.values())
        pause = min(1 / CLOSED_A_SECOND, within / max(1, len(sockets)))
        clock = asyncio.get_running_loop().time
        due = clock()
        async with asyncio.TaskGroup() as leaving:
            for socket in sockets:
                leaving.create_task(socket.leave(ANSWERED_WITHIN, GOING_AWAY, "going away"))
                due += pause
                await asyncio.sleep(due - clock())

    def check_serving(self) -> None:
        """Raise `UnavailableError` before stations can connect, and when they are sent on."""
        if not self._is_serving:
            raise UnavailableError("stations cannot connect yet")
        if self._is_leaving:
            raise UnavailableError("stations cannot connect any more: this node leaves")

    def connected(self) -> int:
        """How many stations are connected here."""
        return len(self._sockets)

    def _select_subprotocol(
        self, connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """Ours come first: the order of the station's offer tells nothing of what it does well."""
        # Asked once. It is a cycle: with it a closed connection stays until garbage is looked for.
        del connection.protocol.select_subprotocol
        return next((Subprotocol(name) for name in self._central_systems if name in offered), None)

    def command_waits(self, station_id: str) -> None:
        """A command waits for a station, which may be here, or about to be."""
        if station_id in self._arriving:
            self._arriving[station_id] = True
        if socket := self._sockets.get(station_id):
            socket.deliver_soon()

    def superseded(self, station_id: str, epoch: int) -> None:
        """A station has a connection of this epoch, here or elsewhere; older ones are to go."""
        socket = self._sockets.get(station_id)
        if socket is not None and socket.epoch < epoch:
            socket.close_soon(SUPERSEDED, "a newer connection took over")

    async def _connected(self, websocket: ServerConnection) -> None:
        request = websocket.request
        station_id = station_named_by(request.path) if request else None
        if station_id is None or websocket.subprotocol is None:
            # OCPP-J 1.6, section 3.1.2: complete the handshake, then close at once.
            known = " or ".join(self._central_systems)
            await websocket.close(PROTOCOL_ERROR, f"the sub-protocol {known} is needed")
            return
        central_system = self._central_systems[websocket.subprotocol]
        admission = self._admissions.take(websocket)
        epoch = admission.epoch
        self._arriving.setdefault(station_id, False)
        try:
            stands = await self._connections.register(station_id, epoch, central_system.version)
        except UnavailableError:
            await websocket.close(COME_BACK_LATER, "come back later")
            return
        finally:
            # Another socket of the station may have taken the answer away: then there may be some.
            called = self._arriving.pop(station_id, True)
        if not stands:
            await websocket.close(SUPERSEDED, "a newer connection took over")
            return
        if self._is_leaving:
            await websocket.close(GOING_AWAY, "going away")
            return
        self._registrations.put(station_id, admission.registration)
        # Of no use any more: among them is the station's key, and each is an object to keep.
        for handshake in (request, websocket.response):
            if handshake is not None:
                handshake.headers.clear()
        socket = StationSocket(
            station_id,
            epoch,
            websocket,
            central_system,
            self._commands,
            self._conversation(station_id),
            self._tracing,
            admission.company,
        )
        self._supersede(socket)
        logger.info(
            "connected",
            extra={"station_id": station_id, "epoch": epoch, "version": websocket.subprotocol},
        )
        if called or stands is Arrival.AWAITED:
            socket.deliver_soon()
        try:
            await socket.run()
        finally:
            await self._disconnected(socket)

    def _supersede(self, socket: StationSocket) -> None:
        older = self._sockets.get(socket.station_id)
        if older is not None and older.epoch > socket.epoch:
            socket.close_soon(SUPERSEDED, "a newer connection took over")
            return
        self._sockets[socket.station_id] = socket
        if older is not None:
            # Without waiting: the older socket may be half dead, and the station is here.
            older.close_soon(SUPERSEDED, "a newer connection took over")

    async def _disconnected(self, socket: StationSocket) -> None:
        if self._sockets.get(socket.station_id) is socket:
            del self._sockets[socket.station_id]
        logger.info("disconnected", extra={"station_id": socket.station_id, "epoch": socket.epoch})
        try:
            await self._connections.deregister(socket.station_id, socket.epoch)
        except UnavailableError:
            logger.warning("not deregistered", extra={"station_id": socket.station_id})
