"""Sessions as callers see them; what they cost is rated as it is read."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import LiteralString

from services.charging.adapters.postgresql.tariffs import tariff_of
from services.charging.application.views import CostView, SessionView
from services.charging.domain.tariffs.rating import cost

SESSIONS: LiteralString = """
    select id, transaction_id,
        coalesce(station_transaction_id, transaction_id::text) as ocpp_transaction_id,
        station_id, site_id, time_zone, connector_id, token_uid, driver_id,
        authorization_status, started_at, ended_at, meter_start_wh, meter_stop_wh, stop_reason,
        reservation_number, signed_verdict, signed_reason,
        case when ended_at is null then 'active' else 'ended' end as status,
        coalesce(energy_wh, latest.wh) as energy_wh, latest.measured_at, tariff_version, (
            select document::text from site_tariff
            where site_tariff.site_id = session.site_id and version = tariff_version
        ) as tariff
    from session left join lateral (
        select greatest(0, register_wh - meter_start_wh) as wh, measured_at from meter_reading
        where session.energy_wh is null
            and meter_reading.transaction_id = session.transaction_id
            and meter_reading.station_id = session.station_id and register_wh is not null
        order by measured_at desc, register_wh desc limit 1
    ) as latest on true
"""


@dataclass(frozen=True, slots=True)
class SessionRow(SessionView):
    """A row of `SESSIONS`."""

    measured_at: datetime | None = None
    tariff_version: int | None = None
    tariff: str | None = None

    def view(self) -> SessionView:
        """With what it costs."""
        shown = {field.name: getattr(self, field.name) for field in fields(SessionView)}
        return SessionView(**shown | {"cost": self._cost()})

    def _cost(self) -> CostView | None:
        until = self.ended_at or self.measured_at
        if self.tariff is None or self.tariff_version is None:
            return None
        if until is None or self.energy_wh is None:
            return None
        tariff = tariff_of(self.tariff)
        amount = cost(tariff, self.started_at, until, self.energy_wh)
        return CostView(tariff.currency, amount, self.tariff_version)
