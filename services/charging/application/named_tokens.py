"""The tokens that a command names: a company charges with its own ones only."""

import msgspec

from services.charging.application.command_request import WrongRequestError
from services.charging.application.scope import Scope
from services.charging.application.views import Views
from services.charging.domain.ocpp16 import (
    remote_start_transaction,
    reserve_now,
    send_local_list,
)
from services.charging.domain.ocpp201 import local_list, remote_control, reservation
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.tokens import token_uid


async def check_tokens(
    views: Views, scope: Scope, version: Version, action: str, payload: bytes
) -> None:
    """Raise `WrongRequestError`, naming the tokens that are none of the caller's company."""
    named = _named(msgspec.json.decode(payload, type=version.requests[action]))
    uids = sorted({token_uid(name) for name in named})
    if not uids:
        return
    known = {token.uid for token in await views.tokens_of(scope, uids)}
    if unknown := [uid for uid in uids if uid not in known]:
        raise WrongRequestError(f"request: no token {', '.join(unknown)[:200]}")


def _named(request: Message) -> list[str]:
    match request:
        case remote_start_transaction.RemoteStartTransaction() | reserve_now.ReserveNow():
            return [request.id_tag]
        case remote_control.RequestStartTransaction() | reservation.ReserveNow():
            # Without an authorization there is no token to name.
            named = request.id_token
            return [] if named.type == "NoAuthorization" else [named.id_token]
        case send_local_list.SendLocalList():
            # An entry that tells nothing of its token takes it off the list.
            entries = request.local_authorization_list or []
            return [entry.id_tag for entry in entries if entry.id_tag_info]
        case local_list.SendLocalList():
            given = request.local_authorization_list or []
            return [entry.id_token.id_token for entry in given if entry.id_token_info]
        case _:
            return []
