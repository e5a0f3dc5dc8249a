"""``DataTransfer`` (OCPP 1.6, section 4.3)."""

from typing import Literal

from services.charging.domain.ocpp16.types import CiString50, CiString255, Message


class DataTransfer(Message, frozen=True, kw_only=True):
    """Something that a vendor added to the protocol."""

    vendor_id: CiString255
    message_id: CiString50 | None = None
    data: str | None = None


class DataTransferResponse(Message, frozen=True, kw_only=True):
    """Whether the vendor's message was understood."""

    status: Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
    data: str | None = None
