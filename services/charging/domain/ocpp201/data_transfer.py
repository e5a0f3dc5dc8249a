"""OCPP 2.0.1, block P: data transfer."""

from typing import Any, Literal

from services.charging.domain.ocpp201.types import Message, StatusInfo, String50, String255


class DataTransfer(Message, frozen=True, kw_only=True):
    """Something that a vendor added to the protocol (P01, P02)."""

    vendor_id: String255
    message_id: String50 | None = None
    data: Any | None = None


class DataTransferResponse(Message, frozen=True, kw_only=True):
    """Whether the vendor's message was understood."""

    status: Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
    status_info: StatusInfo | None = None
    data: Any | None = None
