"""``UpdateFirmware`` (OCPP 1.6, section 5.19)."""

from services.charging.domain.ocpp16.types import DateTime, Message, Uri


class UpdateFirmware(Message, frozen=True, kw_only=True):
    """New firmware is to be fetched after `retrieve_date`; `retry_interval` in seconds."""

    location: Uri
    retrieve_date: DateTime
    retries: int | None = None
    retry_interval: int | None = None


class UpdateFirmwareResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes; what happens comes by ``FirmwareStatusNotification``."""
