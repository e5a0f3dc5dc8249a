"""What stations tell for people to read."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from services.charging.domain.metering import FIRST_OCPP
from services.charging.domain.ocpp_j.message import Message


@dataclass(frozen=True, slots=True)
class Notification:
    """One message, as received."""

    station_id: str
    action: str
    received: str
    received_at: datetime
    identity: bytes | None
    """The same for a repeated one; None when it may be told twice and be two."""


def identity(message: Message, received_at: datetime) -> bytes | None:
    """Of a message that tells its own time, or the key of a certificate; of what a vendor added to
    the protocol once a day (UTC), whatever data comes with it: many say it each minute.

    The state of an upload is not of this kind, nor is what a clock tells that was never set: both
    may be told again in the same words, and be news.
    """
    if (vendor := getattr(message, "vendor_id", None)) is not None:
        which = (vendor.lower(), getattr(message, "message_id", None), received_at.date())
        return sha256(msgspec.json.encode((type(message).__name__, which))).digest()
    told_at = getattr(message, "timestamp", None) or getattr(message, "generated_at", None)
    if hasattr(message, "csr") or (told_at is not None and told_at >= FIRST_OCPP):
        return sha256(type(message).__name__.encode() + msgspec.json.encode(message)).digest()
    return None
