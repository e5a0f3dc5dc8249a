"""What stations say to the certificates that they are sent."""

from datetime import datetime
from typing import Protocol

from services.charging.application.commands import Learn
from services.charging.domain.ocpp16 import certificate_signed as in_16
from services.charging.domain.ocpp201 import security as in_201
from services.charging.domain.ocpp_j.message import Message

_SIGNED = (in_16.CertificateSigned, in_201.CertificateSigned)
_ANSWERED = (in_16.CertificateSignedResponse, in_201.CertificateSignedResponse)


class Certificates(Protocol):
    """Those that were issued."""

    async def answered(self, station_id: str, chain: str, *, accepted: bool) -> None:
        """What the station said to it; nothing when it is not one of these."""


class CertificateAnswers:
    """Keeps it, and leaves all other answers to others."""

    def __init__(self, certificates: Certificates, learn: Learn) -> None:
        self._certificates = certificates
        self._learn = learn

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """From an answer."""
        if isinstance(request, _SIGNED) and isinstance(answer, _ANSWERED):
            chain, accepted = request.certificate_chain, answer.status == "Accepted"
            await self._certificates.answered(station_id, chain, accepted=accepted)
        else:
            await self._learn(station_id, request, answer, at)
