"""The charging record: what one session delivered, kept for ever as it was received.

After OCPI 2.2.1's CDR (section 10): immutable, one for each session.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.events import SessionEnded
from services.billing.domain.billing_period import BillingPeriod

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
LARGEST = 2**53
"""Of a meter reading in Wh, and of OCPP's numbers: beyond, JSON readers lose digits."""


class UnusableRecordError(ValueError):
    """The event is well formed, but cannot be billed; says which field and why."""


@dataclass(frozen=True, kw_only=True)
class ChargingRecord:
    """Fields as in `contracts.events.SessionEnded`. Energy in Wh, times in UTC."""

    session_id: str
    station_id: str
    site_id: str
    connector_id: int
    transaction_id: int
    token_uid: str
    time_zone: str
    started_at: datetime
    ended_at: datetime
    meter_start_wh: int
    meter_stop_wh: int
    energy_wh: int
    stop_reason: str

    @classmethod
    def of(cls, session: SessionEnded) -> Self:
        """The record of an ended session; raises `UnusableRecordError`."""
        _check(session)
        return cls(
            session_id=session.session_id,
            station_id=session.station_id,
            site_id=session.site_id,
            connector_id=session.connector_id,
            transaction_id=session.transaction_id,
            token_uid=session.token_uid.upper(),
            time_zone=session.time_zone,
            started_at=session.started_at.astimezone(UTC),
            ended_at=session.ended_at.astimezone(UTC),
            meter_start_wh=session.meter_start_wh,
            meter_stop_wh=session.meter_stop_wh,
            energy_wh=session.energy_wh,
            stop_reason=session.stop_reason,
        )

    @property
    def site_month(self) -> BillingPeriod:
        """The month in which it ended, by the clock of its site."""
        return BillingPeriod.of(self.ended_at, ZoneInfo(self.time_zone))

    @property
    def site_hours(self) -> tuple[datetime, datetime]:
        """Start and end as people read them at the site."""
        zone = ZoneInfo(self.time_zone)
        return self.started_at.astimezone(zone), self.ended_at.astimezone(zone)


def _check(session: SessionEnded) -> None:
    for name in ("session_id", "station_id", "site_id", "token_uid", "stop_reason"):
        text = getattr(session, name)
        if not text or "\0" in text or len(text) > 255:
            raise UnusableRecordError(f"{name}: {text!r} is empty, too long or no text")
    for name in ("connector_id", "transaction_id", "meter_start_wh", "meter_stop_wh", "energy_wh"):
        if abs(getattr(session, name)) > LARGEST:
            raise UnusableRecordError(f"{name}: {getattr(session, name)} is beyond {LARGEST}")
    try:
        ZoneInfo(session.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableRecordError(f"time_zone: {session.time_zone!r} is none") from None
    if not EARLIEST <= session.started_at <= session.ended_at < LATEST:
        raise UnusableRecordError(
            f"started_at {session.started_at}, ended_at {session.ended_at}: not in this order"
            f" between {EARLIEST:%Y} and {LATEST:%Y}"
        )
    delivered = max(session.meter_stop_wh - session.meter_start_wh, 0)
    if session.energy_wh != delivered:
        raise UnusableRecordError(f"energy_wh: {session.energy_wh}, but the meter says {delivered}")
