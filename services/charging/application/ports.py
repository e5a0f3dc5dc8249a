"""What the use cases need of the outside."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from contracts.events import SessionEvent
from services.charging.domain.metering import MeterReading
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.status_notification import StatusNotification
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.ocpp_j.frames import CallError, CallResult
from services.charging.domain.quarantine import QuarantineRecord
from services.charging.domain.sessions import Session, Start, Stop
from services.charging.domain.tokens import Token

Clock = Callable[[], datetime]
"""The time now, UTC."""


class UnavailableError(Exception):
    """Nothing can be kept at present: the caller is to come back later."""


class NotStorableError(Exception):
    """A value that no store can hold; names it."""


class NotConnectedError(Exception):
    """The station has no connection."""


class NoAnswerError(Exception):
    """The station did not answer a call in time, or went away over it."""


class Tokens(Protocol):
    """The tokens that drivers hold."""

    async def get(self, uid: str) -> Token | None:
        """By uid in upper case."""


class Quarantine(Protocol):
    """Keeps what could not be taken as it was."""

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        """Return when they are kept."""


class Sessions(Protocol):
    """Sessions and the stops that have none, within a transaction."""

    async def started_by(self, identity: str) -> Session | None:
        """The session that a start of this identity began."""

    async def begin(
        self, start: Start, identity: str, started_at: datetime, status: AuthorizationStatus
    ) -> Session:
        """A new session; raises `UnavailableError` when another began by this identity just now."""

    async def of_transaction(self, station_id: str, transaction_id: int) -> Session | None:
        """By the id that the station was given; held until the transaction's end."""

    async def open_at(self, station_id: str) -> list[Session]:
        """Those that nothing has ended yet, latest first; held until the transaction's end."""

    async def end(self, session: Session) -> None:
        """Keep its ending."""

    async def keep_unmatched(self, stop: Stop) -> bool:
        """Keep a stop that has no session; False when it is kept already."""

    async def unmatched_at(self, station_id: str) -> list[Stop]:
        """Stops that have no session yet, earliest first; held until the transaction's end."""

    async def match(self, stop: Stop, session: Session) -> None:
        """The stop has its session now."""


class Outbox(Protocol):
    """Events that leave if, and only if, the transaction commits."""

    async def put(self, event: SessionEvent) -> None:
        """Add one event."""


class Transaction(Protocol):
    """All of it is kept, or none."""

    @property
    def tokens(self) -> Tokens: ...  # noqa: D102
    @property
    def sessions(self) -> Sessions: ...  # noqa: D102
    @property
    def quarantine(self) -> Quarantine: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102


class Ledger(Protocol):
    """Where sessions are kept for good."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits when left without an error; raises `UnavailableError`, `NotStorableError`."""


class MeterReadings(Protocol):
    """The history of meters."""

    async def add(self, reading: MeterReading, oddities: Sequence[QuarantineRecord]) -> None:
        """Return when it is committed, along with the readings of other stations."""


class StationRegister(Protocol):
    """What stations tell of themselves."""

    async def booted(self, station_id: str, boot: BootNotification, at: datetime) -> None:
        """Keep the latest boot."""

    async def status(self, station_id: str, status: StatusNotification, at: datetime) -> None:
        """Keep the latest state of a connector."""


class StationCalls(Protocol):
    """The gateway, seen from the logic: calls to stations."""

    async def call(self, station_id: str, action: str, payload: bytes) -> CallResult | CallError:
        """Raises `NotConnectedError`, `NoAnswerError`, `BusyError`."""
