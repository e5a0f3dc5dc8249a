"""``ReserveNow`` (OCPP 1.6, section 5.13)."""

from typing import Literal

from services.charging.domain.ocpp16.types import DateTime, IdToken, Message


class ReserveNow(Message, frozen=True, kw_only=True):
    """A connector, or any of them when `connector_id` is 0, is kept for one identifier."""

    connector_id: int
    expiry_date: DateTime
    id_tag: IdToken
    reservation_id: int
    parent_id_tag: IdToken | None = None


class ReserveNowResponse(Message, frozen=True, kw_only=True):
    """Whether it is reserved, or why not."""

    status: Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
