"""``RemoteStopTransaction`` (OCPP 1.6, section 5.12)."""

from services.charging.domain.ocpp16.types import Message, RemoteStartStopStatus


class RemoteStopTransaction(Message, frozen=True, kw_only=True):
    """The station is to stop this transaction."""

    transaction_id: int


class RemoteStopTransactionResponse(Message, frozen=True, kw_only=True):
    """Whether the station will; the end itself comes by ``StopTransaction``."""

    status: RemoteStartStopStatus
