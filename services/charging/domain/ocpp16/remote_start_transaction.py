"""``RemoteStartTransaction`` (OCPP 1.6, section 5.11)."""

from services.charging.domain.ocpp16.charging_profile import ChargingProfile
from services.charging.domain.ocpp16.types import IdToken, Message, RemoteStartStopStatus


class RemoteStartTransaction(Message, frozen=True, kw_only=True):
    """The station is to start a transaction for this identifier."""

    id_tag: IdToken
    connector_id: int | None = None
    charging_profile: ChargingProfile | None = None


class RemoteStartTransactionResponse(Message, frozen=True, kw_only=True):
    """Whether the station will try; the transaction itself comes by ``StartTransaction``."""

    status: RemoteStartStopStatus
