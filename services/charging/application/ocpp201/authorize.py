"""A driver asks to charge."""

import logging

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp201.fares import price_of
from services.charging.application.ocpp201.identifiers import token_info, uid_of
from services.charging.application.ports import (
    ContractTrust,
    Tariffs,
    Tokens,
    UnavailableError,
    UntrustedError,
)
from services.charging.domain.ocpp201.authorization import (
    Authorize,
    AuthorizeCertificateStatus,
    AuthorizeResponse,
)
from services.charging.domain.ocpp201.id_token import IdTokenInfo
from services.charging.domain.tokens import authorization

logger = logging.getLogger(__name__)


class AuthorizeHandler:
    """Says whether a token may charge, or a vehicle by its contract, and what it costs ad hoc."""

    def __init__(self, tokens: Tokens, tariffs: Tariffs, trust: ContractTrust | None) -> None:
        self._tokens = tokens
        self._tariffs = tariffs
        self._trust = trust

    async def handle(self, inbound: Inbound[Authorize]) -> AuthorizeResponse:
        """Unknown tokens are ``Unknown``.

        A contract (C07) is a token whose certificate counts as well; without that its holder may
        present any identifier.
        """
        message = inbound.message
        certificate: AuthorizeCertificateStatus | None = None
        if message.certificate is not None or message.iso15118_certificate_hash_data:
            certificate = await self._checked(inbound)
            if certificate != "Accepted":
                refused = IdTokenInfo(status="Invalid")
                return AuthorizeResponse(id_token_info=refused, certificate_status=certificate)
        token = await self._tokens.get(uid_of(message.id_token), inbound.station_id)
        status, at = authorization(token), inbound.received_at
        published = None
        if token is not None and token.ad_hoc and status == "Accepted":
            published = await self._tariffs.in_force(inbound.station_id, at)
        price = price_of(published.tariff) if published else None
        thought = token_info(status, token, at, price)
        return AuthorizeResponse(id_token_info=thought, certificate_status=certificate)

    async def _checked(self, inbound: Inbound[Authorize]) -> AuthorizeCertificateStatus:
        message = inbound.message
        if self._trust is None:
            return "CertChainError"
        hashes = message.iso15118_certificate_hash_data or ()
        try:
            await self._trust.check(message.id_token.id_token, message.certificate, hashes)
        except (UntrustedError, UnavailableError) as error:
            logger.warning(
                "a contract does not count",
                extra={"station_id": inbound.station_id, "reason": str(error)},
            )
            return error.status if isinstance(error, UntrustedError) else "NoCertificateAvailable"
        return "Accepted"
