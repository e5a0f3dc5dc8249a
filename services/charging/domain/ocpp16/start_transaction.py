"""``StartTransaction`` (OCPP 1.6, section 4.8)."""

from services.charging.domain.metering import WattHours
from services.charging.domain.ocpp16.types import DateTime, IdTagInfo, IdToken, Message


class StartTransaction(Message, frozen=True, kw_only=True):
    """A transaction began; `meter_start` is in Wh."""

    connector_id: int
    id_tag: IdToken
    meter_start: WattHours
    timestamp: DateTime
    reservation_id: int | None = None


class StartTransactionResponse(Message, frozen=True, kw_only=True):
    """The transaction's id, and what the central system thinks of the identifier."""

    id_tag_info: IdTagInfo
    transaction_id: int
