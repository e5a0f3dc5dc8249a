"""``UnlockConnector`` (OCPP 1.6, section 5.18)."""

from typing import Literal

from services.charging.domain.ocpp16.types import Message


class UnlockConnector(Message, frozen=True, kw_only=True):
    """A cable is stuck."""

    connector_id: int


class UnlockConnectorResponse(Message, frozen=True, kw_only=True):
    """Whether it came free."""

    status: Literal["Unlocked", "UnlockFailed", "NotSupported"]
