"""Keys of meters as operators enter them, and the proof of a session as anybody may check it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.charging.application.scope import Scope
from services.charging.domain.signed_metering.evidence import Judgement


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A public key as it was entered."""

    version: int
    public_key: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A signed value, byte for byte."""

    received: bytes
    received_at: datetime
    of_another: str | None
    """An earlier transaction that told the same record."""

    @property
    def text(self) -> str | None:
        """As text, if it is any."""
        try:
            return self.received.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was signed in a session, and what it proves by the keys that are known now."""

    station_id: str
    values: Sequence[KeptValue]
    judgement: Judgement | None
    """None while the session goes on, and when nothing was signed."""


class SignedMetering(Protocol):
    """Where they are kept. What is not in the caller's scope is not there."""

    async def add_key(self, scope: Scope, station_id: str, public_key: str) -> None:
        """Keep a further key of a station's meter; one that is known already changes nothing."""

    async def keys(self, scope: Scope, station_id: str) -> Sequence[KeptKey] | None:
        """The newest first; None when there is no such station."""

    async def proof(self, scope: Scope, session_id: UUID) -> Proof | None:
        """Judged anew; None when there is no such session."""
