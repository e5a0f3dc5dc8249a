"""Reservations: kept before the station is asked, and followed until they are over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.charging.application.commands import Learn
from services.charging.application.inbound import Inbound
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ports import Notifications, ReservationEnds
from services.charging.application.scope import Scope
from services.charging.domain.ocpp16 import cancel_reservation as cancel_16
from services.charging.domain.ocpp16 import reserve_now as reserve_16
from services.charging.domain.ocpp201 import reservation as in_201
from services.charging.domain.ocpp201.reservation import (
    ReservationStatusUpdate,
    ReservationStatusUpdateResponse,
)
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.reservations import ReservationState

LOOK_EVERY = 30.0
"""Seconds between looks at what has expired."""


@dataclass(frozen=True, slots=True)
class ReservationView:
    """Who has reserved what, until when."""

    id: UUID
    number: int
    """By which the station knows it."""
    station_id: str
    connector_id: int
    """In OCPP 2.0.1 the EVSE's; 0: any of the station's."""
    token_uid: str
    group_uid: str | None
    """Tokens of this group may use it as well."""
    driver_id: str | None
    asked_at: datetime
    expires_at: datetime
    state: ReservationState
    answer: str | None
    """The station's."""
    over_at: datetime | None
    session_id: UUID | None
    """That has used it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationSearch:
    """What all of the found reservations have; None: any."""

    station_id: str | None = None
    token_uid: str | None = None
    state: ReservationState | None = None


class ReservationBook(ReservationEnds, Protocol):
    """Where they are kept."""

    async def open(
        self,
        scope: Scope,
        reservation_id: UUID,
        station_id: str,
        connector_id: int,
        token_uid: str,
        expires_at: datetime,
    ) -> bool:
        """Keep it once; False: no such station or token of the caller's."""

    async def answered(self, station_id: str, number: int, answer: str) -> None:
        """Keep what the station said to it."""

    async def expire(self) -> None:
        """End those whose time is over, or whose connector is free again."""

    async def reservations(
        self, scope: Scope, search: ReservationSearch, *, before: int | None, limit: int
    ) -> list[ReservationView]:
        """Latest first; `before` is a reservation's `number`."""

    async def reservation(self, scope: Scope, reservation_id: UUID) -> ReservationView | None:
        """One reservation."""


class ReservationAnswers:
    """Keeps what stations say when they are asked to reserve, or to wait no longer."""

    def __init__(self, book: ReservationBook, learn: Learn) -> None:
        """`learn`: from all other answers."""
        self._book = book
        self._learn = learn

    async def learn(self, station_id: str, request: Message, answer: Message, at: datetime) -> None:
        """From an answer. A station that knows no such reservation holds none."""
        match request, answer:
            case reserve_16.ReserveNow(), reserve_16.ReserveNowResponse():
                await self._book.answered(station_id, request.reservation_id, answer.status)
            case in_201.ReserveNow(), in_201.ReserveNowResponse():
                await self._book.answered(station_id, request.id, answer.status)
            case (cancel_16.CancelReservation() | in_201.CancelReservation(), _):
                number = request.reservation_id
                await self._book.ended(station_id, number, ReservationState.CANCELLED, at)
            case _:
                await self._learn(station_id, request, answer, at)


class ReservationHandler:
    """A station tells that a reservation is over (OCPP 2.0.1, H04)."""

    def __init__(self, ends: ReservationEnds, notifications: Notifications) -> None:
        self._ends = ends
        self._notifications = NotificationHandler(notifications, ReservationStatusUpdateResponse())

    async def handle(self, inbound: Inbound[ReservationStatusUpdate]) -> Message:
        """Answered when kept."""
        message = inbound.message
        expired = message.reservation_update_status == "Expired"
        state = ReservationState.EXPIRED if expired else ReservationState.CANCELLED
        await self._ends.ended(
            inbound.station_id, message.reservation_id, state, inbound.received_at
        )
        return await self._notifications.handle(inbound)
