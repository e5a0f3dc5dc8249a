"""What stations tell for people to read: all that is news, and no more of what anybody may say."""

from datetime import timedelta

import pytest

from services.charging.adapters.postgresql import notifications
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.notifications import PostgresNotifications
from services.charging.domain.notifications import Notification, identity
from services.charging.domain.ocpp16.data_transfer import DataTransfer
from tests.charging.company import HEARD


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (DataTransfer(vendor_id="COM.Example", message_id="tick", data="2"), True),
        (DataTransfer(vendor_id="com.example", message_id="tock", data="1"), False),
        (DataTransfer(vendor_id="com.example"), False),
        (DataTransfer(vendor_id="org.example", message_id="tick"), False),
    ],
)
def test_what_a_vendor_says_is_news_once_a_day(other: DataTransfer, is_same: bool) -> None:
    said = DataTransfer(vendor_id="com.example", message_id="tick", data="1")
    assert (identity(said, HEARD) == identity(other, HEARD)) == is_same
    assert identity(said, HEARD) != identity(said, HEARD + timedelta(days=1))


@pytest.mark.integration
async def test_a_station_does_not_fill_the_disk_with_what_nobody_knows(
    kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "MOST_TRANSFERS_A_DAY", 3)
    book = PostgresNotifications(kept)

    async def say(station_id: str, vendor_id: str, days: int = 0) -> None:
        at = HEARD + timedelta(days=days)
        by = identity(DataTransfer(vendor_id=vendor_id), at)
        await book.add(Notification(station_id, "DataTransfer", vendor_id, at, by))

    for vendor in "abcabcd":
        await say("CP1", vendor)
    await say("CP2", "a")
    await book.add(Notification("CP1", "LogStatusNotification", "{}", HEARD, None))
    await say("CP1", "d", days=1)
    async with kept.statement() as connection:
        found = await connection.execute("select station_id, received from notification")
        rows = [" ".join(row) for row in await found.fetchall()]
    assert rows == ["CP1 a", "CP1 b", "CP1 c", "CP2 a", "CP1 {}", "CP1 d"]
