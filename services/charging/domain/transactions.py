"""Transactions as OCPP 2.0.1 tells them: by events, in an order of their own.

An event may come late, twice, or after those that follow it: a station that was offline sends what
it kept.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.sessions import Session, Stop


class Kind(StrEnum):
    """What an event tells of its transaction."""

    STARTED = "Started"
    UPDATED = "Updated"
    ENDED = "Ended"


def transaction_identity(station_id: str, station_transaction_id: str) -> str:
    """Of the session that a transaction is."""
    return f"{station_id}/transaction/{station_transaction_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReport:
    """What a station says of a transaction, as far as sessions depend on it."""

    station_id: str
    station_transaction_id: str
    """Of the station's making."""
    seq_no: int
    kind: Kind
    said_at: datetime
    received_at: datetime
    evse_id: int | None
    token_uid: str | None
    authorization: AuthorizationStatus | None = None
    """What was thought of the token when this was received."""
    ad_hoc: bool = False
    """Whether the token paid what the site publishes, when this was received."""
    first_register_wh: int | None
    last_register_wh: int | None
    reason: str | None
    reservation_number: int | None = None
    """Of the reservation that the transaction uses."""
    received: str

    @property
    def identity(self) -> str:
        """Of the session that the transaction is."""
        return transaction_identity(self.station_id, self.station_transaction_id)

    @property
    def transaction_id(self) -> int | None:
        """Of our making, if it may be: the transaction of a station that spoke OCPP 1.6 then."""
        text = self.station_transaction_id
        return int(text) if text.isdecimal() and len(text) <= 10 else None

    def may_be_of(self, session: Session) -> bool:
        """Whether it tells of a session that began in OCPP 1.6, by our id.

        What comes after its end is of another: a station that counts comes to our numbers too.
        """
        return session.ending is None or self.said_at <= session.ending.ended_at

    @property
    def is_plain(self) -> bool:
        """Whether it tells no more than how a transaction goes on."""
        tells_more = self.token_uid is not None or self.reservation_number is not None
        return self.kind is Kind.UPDATED and not tells_more

    def repeats(self, other: "TransactionReport") -> bool:
        """Whether both are the same event of the same transaction."""
        return (self.seq_no, self.kind, self.said_at) == (other.seq_no, other.kind, other.said_at)

    def is_ended_by(self, stop: Stop) -> bool:
        """Whether a stop that was kept is of the same transaction."""
        return (self.station_id, self.station_transaction_id) == (
            stop.station_id,
            stop.station_transaction_id,
        )

    def stop(self, transaction_id: int, meter_stop_wh: int) -> Stop:
        """An end, as sessions know it."""
        return Stop(
            station_id=self.station_id,
            transaction_id=transaction_id,
            station_transaction_id=self.station_transaction_id,
            token_uid=self.token_uid,
            said_at=self.said_at,
            received_at=self.received_at,
            meter_stop_wh=meter_stop_wh,
            reason=self.reason or "Local",
        )
