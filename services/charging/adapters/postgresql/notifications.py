"""Notifications of stations in PostgreSQL, committed in groups over many stations."""

from collections.abc import Sequence

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.domain.notifications import Notification

MOST_TRANSFERS_A_DAY = 100
"""Of vendors' own messages of a station, each of which is kept once a day anyway."""


class PostgresNotifications:
    """One statement writes a group."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: CommitGroup[Notification] = CommitGroup(self._write)

    async def add(self, notification: Notification) -> None:
        """Return when the group is committed."""
        await self._group.add(notification)

    async def _write(self, notifications: Sequence[Notification]) -> None:
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into notification (station_id, action, received, received_at, identity)
                select * from unnest(%s::text[], %s::text[], %b::text[], %s::timestamptz[],
                    %b::bytea[]) as told (station_id, action, received, received_at, identity)
                where case
                    when action <> 'DataTransfer' then true
                    when exists (
                        select from notification as known
                        where (known.station_id, known.identity) =
                            (told.station_id, told.identity)
                    ) then false
                    else %s > (
                        select count(*) from notification as known
                        where known.station_id = told.station_id and known.action = told.action
                            and known.received_at > told.received_at - interval '1 day'
                    ) end
                on conflict do nothing
                """,
                (
                    [notification.station_id for notification in notifications],
                    [notification.action for notification in notifications],
                    [notification.received for notification in notifications],
                    [notification.received_at for notification in notifications],
                    [notification.identity for notification in notifications],
                    MOST_TRANSFERS_A_DAY,
                ),
            )
