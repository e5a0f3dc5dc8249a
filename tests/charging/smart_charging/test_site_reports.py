"""What stations tell of vehicles, in PostgreSQL."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.device_models import PostgresDeviceModels
from services.charging.adapters.postgresql.sites.plans import keep_plan
from services.charging.adapters.postgresql.sites.reports import PostgresSiteReports
from services.charging.domain.device_model import Place, Value
from services.charging.domain.smart_charging.plan import Allotment, Plan
from services.charging.domain.smart_charging.schedule import MOST_PERIODS
from services.charging.domain.smart_charging.vehicle import VehicleNeeds

QUARTER = timedelta(minutes=15)


@pytest.mark.integration
async def test_a_vehicle_is_offered_what_its_station_was_told(kept: Database) -> None:
    session_id, now = uuid4(), datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0)
    bounds = [hour + n * QUARTER for n in range(13)]
    currents = [6000 + 100 * n for n in range(12)]
    async with kept.transaction() as connection:
        await connection.execute(
            """
            insert into session (id, start_identity, station_id, site_id, time_zone, connector_id,
                token_uid, authorization_status, started_at, meter_start_wh, company_id)
            values (%s, 'x', 'CP1', 'depot', 'UTC', 1, 'CARD1', 'Accepted', now(), 0, 'x')
            """,
            (session_id,),
        )
        plan = Plan(bounds, {session_id: Allotment(currents, 3, charging=True, since=now)})
        number = await keep_plan(connection, "depot", plan)
        await connection.execute(
            "insert into session_profile (session_id, accepted_plan) values (%s, %s)",
            (session_id, number),
        )
    reports, models = PostgresSiteReports(kept), PostgresDeviceModels(kept)
    place = Place("SmartChargingCtrlr", "", 0, 0, "PeriodsPerSchedule", "")
    for of_station, of_vehicle, told in (
        (None, None, MOST_PERIODS),
        ("5", None, 5),
        ("5", 3, 3),
        ("24", 12, MOST_PERIODS),
    ):
        await reports.need("CP1", 1, VehicleNeeds(told_at=now, most_periods=of_vehicle))
        await models.tell("CP1", [Value(place=place, value=of_station)], now)
        offered = await reports.offered("CP1", 1)
        assert [step.current_ma for step in offered] == currents[:told]
