"""Who is let in: what a station shows with its handshake, and how often it may be wrong.

Security profiles 1 to 3 (Improved security for OCPP 1.6-J, section 4; 2.0.1, A00).
"""

import binascii
import http
import logging
import math
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Protocol
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from contracts.routes import OCPP
from services.charging.application.ports import UnavailableError
from services.charging.domain.admission import Admission, Proof, Shown
from services.charging.domain.attempts import Attempts, source
from services.charging.domain.stations import StationKey
from services.charging.entrypoints.client_certificates import ClientCertificates

logger = logging.getLogger(__name__)


class Stations(Protocol):
    """Who may connect."""

    async def admission(self, station_id: str) -> Admission | None:
        """What it must show; None: no such station."""


class Keys(Protocol):
    """Keys of stations."""

    async def adopt(self, station_id: str, key: StationKey) -> None:
        """The station showed a key that was to be its next: now it is the only one."""


class Issued(Protocol):
    """Certificates that stations were given."""

    async def shown(self, station_id: str, serial: str) -> None:
        """The station uses this one: those before it count no more."""


class Admissions:
    """Handshakes of one node."""

    def __init__(
        self,
        stations: Stations,
        keys: Keys,
        issued: Issued,
        certificates: ClientCertificates,
        proxies: int,
        not_admitted: Callable[[], None],
    ) -> None:
        """`proxies`: how many tell in ``X-Forwarded-For`` whom they heard.

        `not_admitted`: whoever counts those that show nothing that does.
        """
        self._stations = stations
        self._keys = keys
        self._issued = issued
        self._certificates = certificates
        self._proxies = proxies
        self._attempts = Attempts(time.monotonic)
        self._admitted: WeakKeyDictionary[ServerConnection, Admission] = WeakKeyDictionary()
        """Epochs are given before handshakes are answered: so what a station thinks newer, is."""
        self._not_admitted = not_admitted

    def take(self, connection: ServerConnection) -> Admission:
        """What is known of a station that was let in."""
        return self._admitted.pop(connection)

    async def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Security profiles 1 to 3: who comes must show what its station must."""
        station_id = station_named_by(request.path)
        if station_id is None:
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"stations use {OCPP}/<id>\n")
        certified = self._certificates.shown(connection, request.headers)
        from_ = self._source(connection, request.headers)
        if certified is None and (wait := self._attempts.wait(station_id, from_)):
            return self._too_many(connection, wait)
        try:
            admission = await self._stations.admission(station_id)
        except UnavailableError:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "come back later\n")
        if admission is None:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "no such station\n")
        # Others with wrong keys may have come at the same time.
        if certified is None and (wait := self._attempts.wait(station_id, from_)):
            return self._too_many(connection, wait)
        self._admitted[connection] = admission
        user, password = _credentials(request.headers)
        shown = Shown(user=user, password=password, certified=certified)
        proof = admission.proof(shown)
        if proof is None:
            self._attempts.failed(station_id, from_)
            self._not_admitted()
            logger.warning(
                "not admitted",
                extra={
                    "station_id": station_id,
                    "certified": certified and certified.name,
                    "source": from_,
                },
            )
            refusal = connection.respond(
                http.HTTPStatus.UNAUTHORIZED, "wrong key or no certificate of the station\n"
            )
            refusal.headers["WWW-Authenticate"] = 'Basic realm="ocpp"'
            return refusal
        self._attempts.succeeded(station_id, from_)
        try:
            if proof is Proof.NEXT_KEY and (key := admission.next_key(shown)) is not None:
                await self._keys.adopt(station_id, key)
            if certified is not None and certified.serial in admission.unused:
                await self._issued.shown(station_id, certified.serial)
        except UnavailableError:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "come back later\n")
        return None

    def _source(self, connection: ServerConnection, headers: Headers) -> str:
        # What stands in several headers is one list (RFC 9110, section 5.3).
        forwarded = ",".join(headers.get_all("X-Forwarded-For"))
        return source(str(connection.remote_address[0]), forwarded, self._proxies)

    def _too_many(self, connection: ServerConnection, wait: float) -> Response:
        """Before the station is looked up, and a key compared."""
        self._not_admitted()
        refusal = connection.respond(
            http.HTTPStatus.TOO_MANY_REQUESTS, "too many wrong keys: come back later\n"
        )
        refusal.headers["Retry-After"] = str(math.ceil(wait))
        return refusal


def station_named_by(path: str) -> str | None:
    """Its id; None: no station has such a path.

    A slash too many is nobody's: stations put their id behind an address that may end in one.
    """
    prefix, _, name = path.partition("?")[0].rstrip("/").rpartition("/")
    station_id = unquote(name)
    return station_id if prefix.rstrip("/") == OCPP and station_id else None


def _credentials(headers: Headers) -> tuple[bytes, bytes]:
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        user, _, password = b64decode(encoded, validate=True).partition(b":")
    except binascii.Error:
        return b"", b""
    return user, password
