"""A driver asks to charge."""

from services.charging.application.inbound import Inbound
from services.charging.application.ocpp16.identifiers import tag_info
from services.charging.application.ports import Tokens
from services.charging.domain.ocpp16.authorize import Authorize, AuthorizeResponse
from services.charging.domain.tokens import authorization, token_uid


class AuthorizeHandler:
    """Says whether a token may charge."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def handle(self, inbound: Inbound[Authorize]) -> AuthorizeResponse:
        """Unknown tokens are ``Invalid``."""
        token = await self._tokens.get(token_uid(inbound.message.id_tag), inbound.station_id)
        thought = tag_info(authorization(token), token, inbound.received_at)
        return AuthorizeResponse(id_tag_info=thought)
