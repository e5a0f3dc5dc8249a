"""A driver asks to charge."""

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp201.identifiers import token_info, uid_of
from services.charging.application.ports import Tokens
from services.charging.domain.ocpp201.authorization import Authorize, AuthorizeResponse
from services.charging.domain.ocpp201.id_token import IdTokenInfo
from services.charging.domain.tokens import authorization


class AuthorizeHandler:
    """Says whether a token may charge."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def handle(self, inbound: Inbound[Authorize]) -> AuthorizeResponse:
        """Unknown tokens are ``Unknown``.

        A contract's certificate (C07) is refused: nobody here can check it, and its holder may
        present any identifier.
        """
        message = inbound.message
        if message.certificate or message.iso15118_certificate_hash_data:
            return AuthorizeResponse(
                id_token_info=IdTokenInfo(status="Invalid"), certificate_status="CertChainError"
            )
        token = await self._tokens.get(uid_of(message.id_token), inbound.station_id)
        thought = token_info(authorization(token), token, inbound.received_at)
        return AuthorizeResponse(id_token_info=thought)
