"""``ChangeAvailability`` (OCPP 1.6, section 5.2)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class ChangeAvailability(Message, frozen=True, kw_only=True):
    """A connector, or the station when `connector_id` is 0, is to serve drivers or not."""

    connector_id: int
    type: Literal["Inoperative", "Operative"]


class ChangeAvailabilityResponse(Message, frozen=True, kw_only=True):
    """Scheduled: when the transaction that goes on is over."""

    status: Literal["Accepted", "Rejected", "Scheduled"]
