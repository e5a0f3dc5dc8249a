"""The service that issues the certificates of vehicles' contracts (ISO 15118)."""

import msgspec

from services.charging.adapters.http_post import post
from services.charging.application.ports import UnavailableError
from services.charging.domain.ocpp201.certificates import (
    Get15118EVCertificate,
    Get15118EVCertificateResponse,
)

LARGEST = 16 * 1024
"""Bytes; ``exiResponse`` has at most 7,500 characters."""


class ContractCertificateService:
    """Takes and gives the payloads of OCPP 2.0.1 as JSON, so what stands behind it is its own."""

    def __init__(self, url: str, token: str) -> None:
        """`token`: for ``Authorization: Bearer``; none without."""
        self._url = url
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def certificate(self, asked: Get15118EVCertificate) -> Get15118EVCertificateResponse:
        """The issuer's answer; raises `UnavailableError`."""
        body = msgspec.json.encode(asked)
        answer = await post(self._url, body, self._headers, largest=LARGEST)
        try:
            return msgspec.json.decode(answer, type=Get15118EVCertificateResponse)
        except msgspec.DecodeError as error:
            raise UnavailableError(f"the issuer's answer is none: {error}") from error
