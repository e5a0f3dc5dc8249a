"""A station's call, read and ready for its handler."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.nul_character import without_nul
from services.charging.domain.quarantine import Finding, QuarantineRecord, records

Said = TypeVar("Said", bound=Message, covariant=True)


@dataclass(frozen=True, slots=True)
class Inbound(Generic[Said]):
    """The message with its circumstances."""

    station_id: str
    message: Said
    payload: bytes
    received_at: datetime

    @property
    def text(self) -> str:
        """The payload as it can be kept, and looked into later."""
        return without_nul(self.payload).decode()

    def quarantine(self, findings: Sequence[Finding]) -> list[QuarantineRecord]:
        """Records of what was odd about it."""
        return records(self.station_id, findings, self.payload, self.received_at)
