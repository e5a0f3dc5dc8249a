"""What stations tell, with the sites that are to be planned anew because of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.charging.application.ports import (
    Decide,
    Ledger,
    Planned,
    Posting,
    Said,
    SiteReports,
)
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.vehicle import Period, VehicleNeeds


class PlannedLedger:
    """Keeps as the ledger behind it does, and tells which site has changed."""

    def __init__(self, ledger: Ledger, changed: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._changed = changed

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when it is kept."""
        posting = await self._ledger.post(said, decide)
        entry = posting.entry
        if entry.session is not None and (
            entry.begun_by or entry.is_placed or entry.is_paid or entry.ends
        ):
            self._changed(entry.session.site_id)
        return posting


class PlannedSiteReports:
    """Keeps as those behind it do, and tells which site has changed."""

    def __init__(self, reports: SiteReports, changed: Callable[[str], None]) -> None:
        self._reports = reports
        self._changed = changed

    async def need(self, station_id: str, evse_id: int, needs: VehicleNeeds) -> Planned:
        """Return when it is kept."""
        return self._tell(await self._reports.need(station_id, evse_id, needs))

    async def offered(self, station_id: str, evse_id: int) -> Sequence[Step]:
        """By the profile that the station took last."""
        return await self._reports.offered(station_id, evse_id)

    async def scheduled(
        self, station_id: str, evse_id: int, schedule: Sequence[Period], at: datetime, *, fits: bool
    ) -> None:
        """Return when it is kept; the plan stays as it is."""
        await self._reports.scheduled(station_id, evse_id, schedule, at, fits=fits)

    async def limited(self, limit: OutsideLimit) -> Planned:
        """Return when it is kept."""
        return self._tell(await self._reports.limited(limit))

    async def cleared(self, station_id: str, evse_id: int | None, source: str) -> Planned:
        """Return when it is kept."""
        return self._tell(await self._reports.cleared(station_id, evse_id, source))

    def _tell(self, planned: Planned) -> Planned:
        if planned.site_id is not None:
            self._changed(planned.site_id)
        return planned
