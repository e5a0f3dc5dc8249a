"""How the company stands, read from PostgreSQL for the metrics."""

from services.charging.adapters.postgresql.database import Database
from services.charging.application.metrics import Standing


class PostgresStandings:
    """Reads by partial indexes and by the newest records, so it stays cheap."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: int | None = None

    async def read(self) -> Standing:
        """A record that is committed after one with a higher id may be left out of the figure."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select
                    (select count(*) from session where ended_at is null),
                    (
                        select coalesce(extract(epoch from now() - min(sent_at)), 0)::float8
                        from command where over_at is null and state = 'sent'
                    ),
                    coalesce((
                        select extract(epoch from now() - put_at)::float8
                        from outbox order by id limit 1
                    ), 0),
                    (select count(*) from quarantine where id > %(newest)s::bigint),
                    (
                        select coalesce(sum(left_out), 0)::bigint from quarantine_day
                        where day = (now() at time zone 'UTC')::date
                    ),
                    (
                        select count(*) from station_certificate as ending
                        where state in ('accepted', 'used') and not_after
                            between now() - interval '30 days' and now() + interval '30 days'
                            and not exists (
                                select from station_certificate as newer
                                where newer.station_id = ending.station_id
                                    and newer.issued_at > ending.issued_at
                                    and newer.state in ('accepted', 'used')
                            )
                    ),
                    (select coalesce(max(id), 0) from quarantine)
                """,
                {"newest": self._newest},
            )
            [(*standing, self._newest)] = await cursor.fetchall()
        return Standing(*standing)
