"""Stations get certificates of their own, and new ones before these end.

A request is signed and kept before it is answered; the certificate goes by a command of its own.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509

from services.charging.application.commands import Commands
from services.charging.application.ports import Clock
from services.charging.domain.ocpp16.certificate_signed import CertificateSigned
from services.charging.domain.ocpp16.extended_trigger_message import ExtendedTriggerMessage
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.remote_control import TriggerMessage
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.station_certificates import (
    StationCertificate,
    digest,
    signing_request,
)
from services.charging.domain.versions import version

logger = logging.getLogger(__name__)

RENEWED_BEFORE = timedelta(days=45)
"""Until its end a certificate has so long to be followed by another; people hear of it at 30."""
ASK_AGAIN_AFTER = timedelta(days=1)
LOOK_EVERY = 3600.0
"""Seconds between looks for certificates that end."""
HOLD_SECONDS = 24 * 3600
"""How long a certificate, or the wish for a new one, waits for its station."""


class CertificateAuthority(Protocol):
    """Who signs."""

    @property
    def organisation(self) -> str | None:
        """That requests must name; None: any."""

    async def sign(
        self, request: x509.CertificateSigningRequest, station_id: str, digest: bytes, at: datetime
    ) -> StationCertificate:
        """A certificate for a checked request; raises `UnavailableError`."""


class CertificateBook(Protocol):
    """Where certificates are kept."""

    async def add(self, certificate: StationCertificate) -> None:
        """Return when it is kept."""

    async def of_request(self, station_id: str, digest: bytes) -> StationCertificate | None:
        """The one that this request got, unless the station did not want it."""

    async def ask_for_new(
        self, ends_before: datetime, asked_before: datetime
    ) -> Sequence[tuple[str, str]]:
        """Stations, with the version that they spoke last, whose newest certificate ends by then.

        Each is told once: not those that were told since `asked_before`.
        """


class StationCertificates:
    """Where there is an authority."""

    def __init__(
        self,
        authority: CertificateAuthority,
        book: CertificateBook,
        commands: Commands,
        clock: Clock,
    ) -> None:
        self._authority = authority
        self._book = book
        self._commands = commands
        self._clock = clock

    async def request(self, station_id: str, spoken: Version, csr: str) -> None:
        """Return when the certificate is kept and on its way.

        Raises `UnacceptableRequestError`. A repeated request gets the same certificate again.
        """
        request = signing_request(csr, station_id, self._authority.organisation)
        certificate = await self._book.of_request(station_id, digest(csr))
        if certificate is None:
            certificate = await self._authority.sign(
                request, station_id, digest(csr), self._clock()
            )
            await self._book.add(certificate)
        logger.info(
            "certificate issued", extra={"station_id": station_id, "serial": certificate.serial}
        )
        # In both versions: where nothing else is said, it is the station's own (2.0.1, A02).
        signed = CertificateSigned(certificate_chain=certificate.chain)
        await self._commands.tell(station_id, spoken, signed, hold_seconds=HOLD_SECONDS)

    async def renew(self) -> None:
        """Ask the stations whose certificates end soon to ask for new ones."""
        now = self._clock()
        due = await self._book.ask_for_new(now + RENEWED_BEFORE, now - ASK_AGAIN_AFTER)
        for station_id, spoken in due:
            wanted = (
                ExtendedTriggerMessage(requested_message="SignChargePointCertificate")
                if spoken == OCPP_1_6.name
                else TriggerMessage(requested_message="SignChargingStationCertificate")
            )
            await self._commands.tell(
                station_id, version(spoken), wanted, hold_seconds=HOLD_SECONDS
            )
