"""What was promised and what happened at a site on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.outcome import Outcome


@dataclass(frozen=True, slots=True)
class SessionDay:
    """A session's part of the day; `metered_wh` is None where its meter did not tell all of it."""

    session_id: UUID
    station_id: str
    allotted_wh: int
    metered_wh: int | None


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A local day of the site, which has 92 or 100 quarters when the clocks change."""

    site_id: str
    day: date
    time_zone: str
    begins_at: datetime
    ends_at: datetime
    quarters: Sequence[Outcome]
    """Those in which sessions went on, all of them together."""
    sessions: Sequence[SessionDay]


class SiteDays(Protocol):
    """Where they come from."""

    async def day(self, scope: Scope, site_id: str, day: date) -> SiteDay | None:
        """None: no such site."""
