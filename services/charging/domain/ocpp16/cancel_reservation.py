"""``CancelReservation`` (OCPP 1.6, section 5.1)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class CancelReservation(Message, frozen=True, kw_only=True):
    """The reservation of this id is over."""

    reservation_id: int


class CancelReservationResponse(Message, frozen=True, kw_only=True):
    """Rejected: the station knows no such reservation."""

    status: Literal["Accepted", "Rejected"]
