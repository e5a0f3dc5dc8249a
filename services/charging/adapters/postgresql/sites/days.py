"""Days of sites, made of what came of their sessions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.postgresql.sites.outcomes import LONGEST, read_outcome
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.site_day import SessionDay, SiteDay
from services.charging.domain.smart_charging.outcome import together, total

_ZONE: LiteralString = "select time_zone from site where id = %(site)s"
# An outcome reaches no further than a week.
_SESSIONS: LiteralString = """
    select id from session where site_id = %(site)s and started_at < %(ends_at)s
        and started_at > %(begins_at)s - %(longest)s::interval
        and coalesce(ended_at, 'infinity') > %(begins_at)s
    order by started_at, id
"""


@dataclass(frozen=True, slots=True)
class _Zone:
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Session:
    id: UUID


class PostgresSiteDays:
    """See `services.charging.application.smart_charging.site_day.SiteDays`."""

    def __init__(self, database: Database) -> None:
        self._reader = ScopedReader(database)

    async def day(self, scope: Scope, site_id: str, day: date) -> SiteDay | None:
        """A local day; each session's outcome is read by itself."""
        read = partial(self._reader.read, scope)
        for site in await read(_Zone, _ZONE, {"site": site_id}):
            zone = ZoneInfo(site.time_zone)
            begins_at, ends_at = (
                datetime.combine(one, time(), zone).astimezone(UTC)
                for one in (day, day + timedelta(days=1))
            )
            whose = {
                "site": site_id,
                "begins_at": begins_at,
                "ends_at": ends_at,
                "longest": LONGEST,
            }
            sessions, outcomes = [], []
            for session in await read(_Session, _SESSIONS, whose):
                found = await read_outcome(read, session.id)
                own = [
                    one
                    for one in (found.outcomes if found else ())
                    if begins_at <= one.begins_at < ends_at
                ]
                if found and own:
                    outcomes += own
                    sessions.append(SessionDay(session.id, found.station_id, *total(own)))
            return SiteDay(
                site_id, day, site.time_zone, begins_at, ends_at, together(outcomes), sessions
            )
        return None
