"""The migrations are polite, and mend what older versions kept."""

import alembic.command
import psycopg
import pytest

from contracts import migrations
from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import UnavailableError
from tests.postgres import Database as EmptyDatabase


@pytest.mark.integration
async def test_a_migration_that_gets_no_lock_gives_up_and_comes_back(
    database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCKED_WITHIN", "100ms")
    kept = Database(database.conninfo)
    with psycopg.connect(database.conninfo) as other:
        # As of old: the first migration would make it.
        other.execute("create table site (id text)")
        with pytest.raises(UnavailableError, match="lock timeout"):
            await kept.migrate()
        other.rollback()
    await kept.migrate()


TOLD_OF_OLD = r"""
    insert into site (id, name, kind, time_zone, company_id)
        values ('depot', 'Depot', 'workplace', 'Europe/Berlin', 'x');
    insert into station (id, site_id, connectors, key_salt, key_digest, company_id)
        values ('CP1', 'depot', 1, '', '', 'x');
    insert into command (id, station_id, action, request, answer, state, answer_by, sent_at)
        select gen_random_uuid(), 'CP1', 'UpdateFirmware', '{"x": "\u0000"}',
            '{"status": "Accepted", "x": "\\\u0000\\u0000"}', 'answered', now(), now();
    insert into notification (station_id, action, received, received_at)
        values ('CP1', 'FirmwareStatusNotification', '{"status": "Installed", "x": "\u0000"}',
            now() + interval '1 minute');
    insert into campaign (id, company_id, name, ocpp_version, action, request, wave_size,
            hold_seconds)
        values (gen_random_uuid(), 'x', 'y', 'ocpp1.6', 'UpdateFirmware', '{}', 1, 0);
    insert into campaign_task (campaign_id, station_id, wave, command_id)
        select campaign.id, 'CP1', 1, command.id from campaign, command;
"""


@pytest.mark.integration
async def test_the_character_nul_that_was_kept_is_replaced_before_anybody_looks(
    database: EmptyDatabase,
) -> None:
    kept = Database(database.conninfo)
    upgrade = alembic.command.upgrade
    with pytest.MonkeyPatch.context() as of_old:
        of_old.setattr(alembic.command, "upgrade", lambda config, _: upgrade(config, "0036"))
        await kept.migrate()
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(TOLD_OF_OLD)
        await kept.migrate()
        told = connection.execute("select answer ->> 'x', outcome from campaign_outcome")
        assert told.fetchall() == [("\\\ufffd\\u0000", "succeeded")]
