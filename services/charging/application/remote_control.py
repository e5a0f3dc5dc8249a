"""Starting and stopping transactions from afar (OCPP 1.6, sections 5.11 and 5.12)."""

from typing import TypeVar

import msgspec

from services.charging.application.ports import Clock, StationCalls
from services.charging.application.views import SessionView
from services.charging.domain.ocpp16.reading import UnreadableError, read
from services.charging.domain.ocpp16.remote_start_transaction import (
    RemoteStartTransaction,
    RemoteStartTransactionResponse,
)
from services.charging.domain.ocpp16.remote_stop_transaction import (
    RemoteStopTransaction,
    RemoteStopTransactionResponse,
)
from services.charging.domain.ocpp16.types import Message, RemoteStartStopStatus
from services.charging.domain.ocpp_j.frames import CallError
from services.charging.domain.tokens import token_uid

Response = TypeVar("Response", bound=Message)


class StationFailedError(Exception):
    """The station answered with an error, or with what is no answer."""


class RemoteControl:
    """Asks stations; what then happens comes back as their own messages."""

    def __init__(self, stations: StationCalls, clock: Clock) -> None:
        self._stations = stations
        self._clock = clock

    async def start(
        self, station_id: str, connector_id: int | None, uid: str
    ) -> RemoteStartStopStatus:
        """Whether the station will try; raises what `StationCalls` raises, `StationFailedError`."""
        request = RemoteStartTransaction(id_tag=token_uid(uid), connector_id=connector_id)
        answer = await self._ask(station_id, request, RemoteStartTransactionResponse)
        return answer.status

    async def stop(self, session: SessionView) -> RemoteStartStopStatus:
        """Whether the station will; raises what `StationCalls` raises, `StationFailedError`."""
        request = RemoteStopTransaction(transaction_id=session.transaction_id)
        answer = await self._ask(session.station_id, request, RemoteStopTransactionResponse)
        return answer.status

    async def _ask(self, station_id: str, request: Message, response: type[Response]) -> Response:
        action = type(request).__name__
        answer = await self._stations.call(station_id, action, msgspec.json.encode(request))
        if isinstance(answer, CallError):
            raise StationFailedError(f"{action}: {answer.code} {answer.description}".rstrip())
        try:
            message, _ = read(response, answer.payload, self._clock())
        except UnreadableError as error:
            raise StationFailedError(f"{action}: {error}") from error
        return message
