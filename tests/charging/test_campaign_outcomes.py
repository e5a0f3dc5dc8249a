"""What comes of a campaign's tasks, by what stations say and by their silence."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.campaigns import PostgresCampaigns
from services.charging.adapters.postgresql.database import Database
from services.charging.application.campaigns import Campaign, CampaignState, TaskView
from services.charging.application.scope import Scope
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration

US = Scope(OWN_COMPANY)
HOUR = timedelta(hours=1)
SIGNED = {"requestId": 7, "firmware": {"location": "x", "retrieveDateTime": "2026-01-01T00:00:00Z"}}
UNSIGNED = {"location": "x", "retrieveDate": "2026-01-01T00:00:00Z"}


class Rollout:
    """A campaign to CP1, and to CP2 where wanted, whose stations say what a test says."""

    def __init__(self, kept: Database, conninfo: str) -> None:
        self.book = PostgresCampaigns(kept)
        self.conninfo = conninfo
        self.id = UUID(int=0)

    async def begin(
        self, version: str, request: dict[str, Any], *stations: str, answered: timedelta = HOUR
    ) -> None:
        """Its stations have said yes so long ago."""
        self.id = uuid4()
        campaign = Campaign(
            id=self.id,
            company_id=OWN_COMPANY,
            name="firmware",
            ocpp_version=version,
            action="UpdateFirmware",
            request=json.dumps(request).encode(),
            stations=stations or ["CP1"],
            wave_size=10,
            most_failures=None,
            hold_seconds=3600,
        )
        assert await self.book.open(campaign) == []
        assert await self.book.advance()
        self.execute(
            """
            update command set state = 'answered', answer = '{"status": "Accepted"}',
                sent_at = %(at)s, over_at = %(at)s
            from campaign_task where command.id = command_id and campaign_id = %(id)s
            """,
            {"at": datetime.now(UTC) - answered, "id": self.id},
        )

    def execute(self, query: str, parameters: dict[str, Any]) -> int:
        with psycopg.connect(self.conninfo) as connection:
            return connection.execute(query.encode(), parameters).rowcount

    def told(self, status: str, ago: timedelta = timedelta(), **more: Any) -> None:
        self.execute(
            """
            insert into notification (station_id, action, received, received_at)
            values ('CP1', 'FirmwareStatusNotification', %(received)s, %(at)s)
            """,
            {"received": json.dumps({"status": status, **more}), "at": datetime.now(UTC) - ago},
        )

    async def task(self) -> TaskView:
        while await self.book.advance():
            continue
        [task] = await self.book.tasks(US, self.id, outcome=None, after="", limit=1)
        return task

    async def outcome(self) -> str | None:
        return (await self.task()).outcome


@pytest.fixture
def rollout(kept: Database, database: EmptyDatabase) -> Rollout:
    return Rollout(kept, database.conninfo)


async def test_only_what_is_told_of_this_request_counts(rollout: Rollout) -> None:
    await rollout.begin("ocpp2.0.1", SIGNED)
    rollout.told("InstallationFailed", requestId=6)
    assert await rollout.outcome() is None
    rollout.told("Installed", requestId=7)
    rollout.told("Idle")
    assert await rollout.outcome() == "succeeded"
    campaign = await rollout.book.campaign(US, rollout.id)
    assert campaign is not None
    assert (campaign.state, campaign.succeeded) == (CampaignState.DONE, 1)


async def test_what_is_told_of_the_next_update_is_none_of_the_one_before(rollout: Rollout) -> None:
    await rollout.begin("ocpp1.6", UNSIGNED, answered=3 * HOUR)
    rollout.told("InstallationFailed", 2 * HOUR)
    assert await rollout.outcome() == "failed"
    first = rollout.id
    await rollout.begin("ocpp1.6", UNSIGNED)
    rollout.told("Installed")
    assert await rollout.outcome() == "succeeded"
    [before] = await rollout.book.tasks(US, first, outcome=None, after="", limit=1)
    assert before.outcome == "failed"


async def test_a_download_that_failed_is_tried_again_as_often_as_was_said(rollout: Rollout) -> None:
    await rollout.begin("ocpp1.6", UNSIGNED | {"retries": 2, "retryInterval": 600})
    for status in ("Downloading", "DownloadFailed", "Downloading", "DownloadFailed"):
        rollout.told(status)
        assert await rollout.outcome() is None, status
    rollout.told("DownloadFailed")
    assert await rollout.outcome() == "failed"
    # It comes after all.
    rollout.told("Installed")
    assert await rollout.outcome() == "succeeded"


async def test_one_that_is_not_tried_again_has_failed(rollout: Rollout) -> None:
    await rollout.begin("ocpp1.6", UNSIGNED | {"retries": 2, "retryInterval": 600})
    rollout.told("DownloadFailed", timedelta(minutes=24))
    assert await rollout.outcome() is None
    rollout.execute("update campaign_task set look_at = now()", {})
    rollout.execute("update notification set received_at = received_at - interval '2 min'", {})
    assert await rollout.outcome() == "failed"
    await rollout.begin("ocpp1.6", UNSIGNED)
    rollout.told("DownloadFailed")
    assert await rollout.outcome() == "failed"


@pytest.mark.parametrize(
    ("request_", "last_sign", "outcome"),
    [
        (UNSIGNED, None, "failed"),
        (UNSIGNED, 23 * HOUR, None),
        (UNSIGNED, 25 * HOUR, "failed"),
        # Nothing is to be heard before the time for which it was told.
        (UNSIGNED | {"retrieveDate": (datetime.now(UTC) + HOUR).isoformat()}, None, None),
    ],
)
async def test_silence_counts_from_the_last_sign(
    rollout: Rollout, request_: dict[str, Any], last_sign: timedelta | None, outcome: str | None
) -> None:
    await rollout.begin("ocpp1.6", request_, answered=48 * HOUR)
    if last_sign is not None:
        rollout.told("Downloading", last_sign)
    assert await rollout.outcome() == outcome


async def test_a_look_costs_what_there_is_news_of(rollout: Rollout) -> None:
    await rollout.begin("ocpp1.6", UNSIGNED, "CP1", "CP2")
    await rollout.task()
    later = "update campaign_task set look_at = look_at where look_at <= now()"
    # Two are under way, and none of them is looked at before its station says something.
    assert rollout.execute(later, {}) == 0
    assert not await rollout.book.advance()
    rollout.told("Downloading")
    assert rollout.execute(later, {}) == 1
