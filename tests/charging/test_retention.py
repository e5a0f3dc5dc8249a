"""What is over long ago goes; what bills are made of stays."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.settings import ChargingSettings
from services.charging.adapters.postgresql import quarantine, retention
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.quarantine import PostgresQuarantine
from services.charging.domain.quarantine import Finding, QuarantineRecord, Rule
from services.charging.retention import retention_of

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
SETTINGS = ChargingSettings.from_environment(
    dict.fromkeys(ChargingSettings.required_variables(), "1")
)
OLD_AND_NEW = """
    create temporary table moment as
        select n, now() - n * interval '1 day' as at, gen_random_uuid() as id
        from generate_series(1, 2000) as n;
    insert into meter_reading (station_id, connector_id, measured_at, received, received_at)
        select 'CP1', 1, at, '{}', at from moment;
    insert into command (id, station_id, action, request, state, asked_at, answer_by, over_at)
        select id, 'CP1', 'Reset', '{}', 'answered', at, at, at from moment where n > 1;
    insert into command (id, station_id, action, request, state, asked_at, answer_by)
        select id, 'CP1', 'Reset', '{}', 'pending', at, at from moment where n = 1;
    insert into reservation (id, company_id, station_id, connector_id, token_uid, asked_at,
            expires_at, state, over_at)
        select id, 'x', 'CP1', 1, 'CARD1', at, at, 'expired', at from moment where n < 2000;
    insert into reservation (id, company_id, station_id, connector_id, token_uid, expires_at)
        select id, 'x', 'CP1', 1, 'CARD1', at from moment where n = 2000;
    delete from change;
    insert into campaign (id, company_id, name, ocpp_version, action, request, wave_size,
            hold_seconds)
        values (gen_random_uuid(), 'x', 'y', 'ocpp1.6', 'Reset', '{}', 1, 0);
    insert into campaign_task (campaign_id, station_id, wave, command_id)
        select campaign.id, 'CP1', 1, moment.id from campaign, moment where n = 2000;
    insert into notification (station_id, action, received, received_at)
        select 'CP1', 'LogStatusNotification', '{}', at from moment order by at;
    insert into quarantine (station_id, rule, finding, received, received_at)
        select 'CP1', 'x', 'y', '{}', at from moment order by at;
    insert into quarantine_day (station_id, day, kept, left_out)
        select 'CP1', at::date, 1, 0 from moment;
    insert into change (company_id, station_id, kind, data, at)
        select 'x', 'CP1', 'z', '{}', at from moment order by at;
    insert into message (at, station_id, direction, kind, text)
        select at, 'CP1', 'in', 'call', '[]' from moment order by at;
"""


TABLES = [
    "meter_reading",
    "command",
    "reservation",
    "notification",
    "quarantine",
    "quarantine_day",
    "change",
    "message",
]


async def count(kept: Database) -> dict[str, int]:
    async with kept.statement() as connection:
        return {
            table: rows
            for table in TABLES
            async for (rows,) in await connection.execute(f"select count(*) from {table}")  # noqa: S608 — names of ours
        }


async def test_what_is_old_goes_in_batches(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 700)
    async with kept.transaction() as connection:
        await connection.execute(OLD_AND_NEW)
    drops = retention_of(SETTINGS, kept)
    before = await count(kept)
    assert await drops.drop_some()
    assert all(before[table] - rows <= 700 for table, rows in (await count(kept)).items())
    while await drops.drop_some():
        pass
    assert await count(kept) == {
        "meter_reading": 1460,
        "command": 364 + 1,  # The campaign's stays.
        "reservation": 364 + 1,  # One is not over.
        "notification": 364,
        "quarantine": 364,
        "quarantine_day": 364,
        "change": 6,
        "message": 13,
    }


def record(station_id: str, number: int, at: datetime = NOW) -> QuarantineRecord:
    return QuarantineRecord(station_id, Finding(Rule.ACTION_UNKNOWN, str(number)), "{}", at)


async def test_a_stations_day_holds_so_much_and_counts_the_rest(
    kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MOST_A_DAY", 3)
    book = PostgresQuarantine(kept)
    await book.add([record("CP1", 1), record("CP2", 1)])
    await book.add([record("CP1", number) for number in (2, 3, 4, 5)])
    await book.add([record("CP1", 6)])
    await book.add([record("CP1", 7, NOW + timedelta(days=1))])
    async with kept.statement() as connection:
        found = await connection.execute("select station_id, rule, finding from quarantine")
        rows = await found.fetchall()
        days = await connection.execute(
            "select station_id, kept, left_out from quarantine_day order by day, station_id"
        )
        assert await days.fetchall() == [("CP1", 3, 3), ("CP2", 1, 0), ("CP1", 1, 0)]
    today = str(NOW.date())
    assert [finding for station, _, finding in rows if station == "CP1"] == [*"123", today, "7"]
    assert [rule for _, rule, finding in rows if finding == today] == [Rule.DAY_FULL]
