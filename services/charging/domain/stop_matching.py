"""Stops that name no transaction of ours, and the sessions that they end.

A station that was offline at a transaction's start does not know its id: it stops -1, 0 or one of
its own. Such a stop is kept, and ends a session when it can be of no other. Until then it waits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.charging.domain.metering import Register, trusted
from services.charging.domain.sessions import Session, Stop

PATIENCE = timedelta(minutes=10)
"""In which a station with several connectors tells what else it kept: starts, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """It is time to look whose the stops of a station are that wait."""

    station_id: str
    at: datetime
    token_uid: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that nothing has ended yet, and what is known of its end."""

    session: Session
    register: Register | None = None
    """What its own meter values said last."""
    followed_at: datetime | None = None
    """When its connector's next session began: it was over then."""

    def may_end_by(self, stop: Stop) -> bool:
        """Whether nothing speaks against it: token, times and meter values."""
        ended_at, _ = trusted(stop.said_at, stop.received_at)
        return (
            self.session.is_ended_by(stop)
            and (self.followed_at is None or ended_at <= self.followed_at)
            and (
                self.register is None
                or (
                    self.register.measured_at <= ended_at and self.register.wh <= stop.meter_stop_wh
                )
            )
        )


def certain(
    waiting: Sequence[Stop], sessions: Sequence[OpenSession], *, connectors: int, at: datetime
) -> tuple[Stop, Session] | None:
    """A stop with the only session that it can be of, if no other stop must be of that one.

    `connectors`: of the station. At one with a single connector nothing else can have gone on.
    The end of a transaction that its station names (OCPP 2.0.1) is of no other.
    """
    waiting = [stop for stop in waiting if stop.station_transaction_id is None]
    if connectors > 1 and any(at - stop.received_at < PATIENCE for stop in waiting):
        return None
    fitting = [
        (stop, [one.session for one in sessions if one.may_end_by(stop)]) for stop in waiting
    ]
    single = [(stop, fits[0]) for stop, fits in fitting if len(fits) == 1]
    claims: Counter[UUID] = Counter(session.id for _, session in single)
    return next(((stop, one) for stop, one in single if claims[one.id] == 1), None)
