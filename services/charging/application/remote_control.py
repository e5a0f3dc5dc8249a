"""Starting and stopping transactions, and reserving connectors, from afar (OCPP 1.6, sections 5.1
and 5.11 to 5.13; 2.0.1, F01 to F03, H01 and H02).
"""

import secrets
from typing import TypeVar
from uuid import UUID

import msgspec

from services.charging.application.command_request import WrongRequestError
from services.charging.application.ports import Clock, NotConnectedError, StationCalls
from services.charging.application.reservations import ReservationView
from services.charging.application.station_views import StationView
from services.charging.application.views import SessionView
from services.charging.domain.ocpp16.cancel_reservation import (
    CancelReservation,
    CancelReservationResponse,
)
from services.charging.domain.ocpp16.remote_start_transaction import (
    RemoteStartTransaction,
    RemoteStartTransactionResponse,
)
from services.charging.domain.ocpp16.remote_stop_transaction import (
    RemoteStopTransaction,
    RemoteStopTransactionResponse,
)
from services.charging.domain.ocpp16.reserve_now import ReserveNow, ReserveNowResponse
from services.charging.domain.ocpp16.types import RemoteStartStopStatus
from services.charging.domain.ocpp201 import reservation as in_201
from services.charging.domain.ocpp201.id_token import IdToken, named_by_us, shown
from services.charging.domain.ocpp201.remote_control import (
    RequestStartTransaction,
    RequestStartTransactionResponse,
    RequestStopTransaction,
    RequestStopTransactionResponse,
)
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.faults import UnreadableError
from services.charging.domain.ocpp_j.frames import CallError
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.tokens import token_uid
from services.charging.domain.versions import version

Response = TypeVar("Response", bound=Message)

LONGEST_ID_TAG = 20
"""``IdToken`` of OCPP 1.6, section 7.28."""


class StationFailedError(Exception):
    """The station answered with an error, or with what is no answer."""


class RemoteControl:
    """Asks stations, once for each `call_id`; what happens comes back as their own messages."""

    def __init__(self, stations: StationCalls, clock: Clock) -> None:
        self._stations = stations
        self._clock = clock

    async def start(
        self, call_id: UUID, station: StationView, connector_id: int | None, uid: str
    ) -> RemoteStartStopStatus:
        """Whether the station will try; raises what `StationCalls` raises, `StationFailedError`,
        and `WrongRequestError` for a token that the station's version has no room for.

        In OCPP 2.0.1 `connector_id` is the EVSE's.
        """
        if _spoken(station) is OCPP_2_0_1:
            wanted = RequestStartTransaction(
                id_token=IdToken(id_token=token_uid(uid), type="Central"),
                remote_start_id=secrets.randbelow(2**31),
                evse_id=connector_id,
            )
            started = await self._ask(call_id, station, wanted, RequestStartTransactionResponse)
            return started.status
        _check_id_tag(uid)
        request = RemoteStartTransaction(id_tag=token_uid(uid), connector_id=connector_id)
        return (await self._ask(call_id, station, request, RemoteStartTransactionResponse)).status

    async def stop(
        self, call_id: UUID, station: StationView, session: SessionView
    ) -> RemoteStartStopStatus:
        """Whether the station will; raises what `StationCalls` raises, `StationFailedError`."""
        if _spoken(station) is OCPP_2_0_1:
            wanted = RequestStopTransaction(transaction_id=session.ocpp_transaction_id)
            return (
                await self._ask(call_id, station, wanted, RequestStopTransactionResponse)
            ).status
        request = RemoteStopTransaction(transaction_id=session.transaction_id)
        return (await self._ask(call_id, station, request, RemoteStopTransactionResponse)).status

    async def reserve(self, call_id: UUID, station: StationView, wanted: ReservationView) -> None:
        """Ask for a reservation, whose book hears the answer; raises what `start` raises."""
        if _spoken(station) is OCPP_2_0_1:
            asked = in_201.ReserveNow(
                id=wanted.number,
                expiry_date_time=wanted.expires_at,
                id_token=shown(wanted.token_uid),
                evse_id=wanted.connector_id or None,
                group_id_token=named_by_us(wanted.group_uid),
            )
            await self._ask(call_id, station, asked, in_201.ReserveNowResponse)
            return
        _check_id_tag(wanted.token_uid)
        request = ReserveNow(
            connector_id=wanted.connector_id,
            expiry_date=wanted.expires_at,
            id_tag=wanted.token_uid,
            reservation_id=wanted.number,
            parent_id_tag=wanted.group_uid,
        )
        await self._ask(call_id, station, request, ReserveNowResponse)

    async def cancel_reservation(self, call_id: UUID, station: StationView, number: int) -> None:
        """The station is to wait no longer; raises what `start` raises."""
        if _spoken(station) is OCPP_2_0_1:
            wanted = in_201.CancelReservation(reservation_id=number)
            await self._ask(call_id, station, wanted, in_201.CancelReservationResponse)
            return
        request = CancelReservation(reservation_id=number)
        await self._ask(call_id, station, request, CancelReservationResponse)

    async def _ask(
        self,
        call_id: UUID,
        station: StationView,
        request: Message,
        response: type[Response],
    ) -> Response:
        spoken = _spoken(station)
        action = type(request).__name__
        payload = msgspec.json.encode(request)
        answer = await self._stations.call(station.id, spoken, action, payload, call_id=call_id)
        if isinstance(answer, CallError):
            raise StationFailedError(f"{action}: {answer.code} {answer.description}".rstrip())
        try:
            message, _ = spoken.reader.read(response, answer.payload)
        except UnreadableError as error:
            raise StationFailedError(f"{action}: {error}") from error
        return message


def _check_id_tag(uid: str) -> None:
    if len(uid) > LONGEST_ID_TAG:
        raise WrongRequestError(f"token_uid: an idTag of OCPP 1.6 has {LONGEST_ID_TAG} characters")


def _spoken(station: StationView) -> Version:
    if station.ocpp_version is None:
        raise NotConnectedError(f"station {station.id} is not connected")
    return version(station.ocpp_version)
