"""What stations tell for people to read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notification:
    """One message, as received."""

    station_id: str
    action: str
    received: str
    received_at: datetime
