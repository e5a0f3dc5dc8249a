"""The status of certificates, from the OCSP responders that they name (RFC 6960)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from services.charging.adapters.http_post import post
from services.charging.adapters.ocsp_answers import HASHES
from services.charging.application.ports import Clock, UnavailableError
from services.charging.domain.ocpp201.certificate_hash_data import OCSPRequestData

LARGEST = 4_000
"""Bytes, of which Base64 makes what ``ocspResult`` has room for."""
MOST_KEPT = 1_000
AT_ONCE = 8
CLOCKS_DIFFER = timedelta(minutes=5)
Fetch = Callable[[str, bytes], Awaitable[bytes]]
"""An address and a request, both of OCSP; raises `UnavailableError`."""


async def fetch(url: str, request: bytes) -> bytes:
    """By HTTP (RFC 6960, appendix A)."""
    return await post(url, request, {"Content-Type": "application/ocsp-request"}, largest=LARGEST)


class OcspResponders:
    """See `services.charging.application.ocpp201.certificate_status.CertificateStatuses`.

    A status is kept as long as its responder says that it holds.
    """

    def __init__(self, hosts: Collection[str], clock: Clock, fetch: Fetch = fetch) -> None:
        """`hosts`: the responders that may be asked, with their port where it is not the usual."""
        self._hosts = frozenset(host.strip().lower() for host in hosts)
        self._clock = clock
        self._fetch = fetch
        self._kept: dict[bytes, tuple[datetime, bytes]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def status(self, asked: OCSPRequestData) -> bytes:
        """The responder's answer in DER; raises `UnavailableError` when there is none that holds.

        Its signature is the station's to check, which has the certificates that this needs.
        """
        request = _request(asked)
        key = request.public_bytes(Encoding.DER)
        holds_until, answer = self._kept.get(key, (datetime.min.replace(tzinfo=UTC), b""))
        if holds_until > self._clock():
            return answer
        if not self._may_ask(asked.responder_url):
            raise UnavailableError(f"responderURL: {asked.responder_url[:100]} is not asked")
        async with self._at_once:
            answer = await self._fetch(asked.responder_url, key)
        until = self._checked(answer, request)
        if until is not None:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = until, answer
        return answer

    def _may_ask(self, url: str) -> bool:
        address = urlsplit(url)
        return address.scheme in {"http", "https"} and address.netloc.lower() in self._hosts

    def _checked(self, answer: bytes, request: ocsp.OCSPRequest) -> datetime | None:
        """Until when it holds; None: it does not say."""
        try:
            said = ocsp.load_der_ocsp_response(answer)
        except ValueError as error:
            raise UnavailableError("the responder's answer is none of OCSP") from error
        if said.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise UnavailableError(f"the responder says {said.response_status.name}")
        of = (said.issuer_name_hash, said.issuer_key_hash, said.serial_number)
        if of != (request.issuer_name_hash, request.issuer_key_hash, request.serial_number):
            raise UnavailableError("the responder tells of another certificate")
        now, until = self._clock(), said.next_update_utc
        if said.this_update_utc > now + CLOCKS_DIFFER or (until is not None and until <= now):
            raise UnavailableError("the responder's answer does not hold now")
        return until


def _request(asked: OCSPRequestData) -> ocsp.OCSPRequest:
    """Raises `UnavailableError` for what is no certificate."""
    try:
        return (
            ocsp.OCSPRequestBuilder()
            .add_certificate_by_hash(
                bytes.fromhex(asked.issuer_name_hash),
                bytes.fromhex(asked.issuer_key_hash),
                int(asked.serial_number, 16),
                HASHES[asked.hash_algorithm](),
            )
            .build()
        )
    except ValueError as error:
        raise UnavailableError(f"ocspRequestData: {error}") from error
