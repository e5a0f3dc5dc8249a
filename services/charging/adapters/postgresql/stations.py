"""Sites and stations in PostgreSQL."""

from collections.abc import Sequence

import msgspec
from psycopg import sql

from services.charging.adapters.postgresql.database import Database
from services.charging.application.ports import InUseError, TakenError
from services.charging.application.preconditions import (
    WHATEVER_IS_THERE,
    Entered,
    Precondition,
)
from services.charging.domain.stations import Plug, Site, Station, StationChange

GOES_WITH_STATION = (
    "connector_status",
    "station_connection",
    "campaign_task",
    "command",
    "notification",
    "change",
    "station_default",
    "vehicle_report",
    "outside_limit",
    "signed_value",
    "meter_key",
    "device_variable",
    "device_monitor",
    "local_list",
    "reservation",
    "cache_clearing",
)
"""What goes with a station at which nobody charged; what it said is kept, and shown to nobody."""

GOES_WITH_SITE = ("site_limits", "site_planning", "site_surplus", "site_plan", "site_tariff")
"""What goes with a site at which nobody charged."""


class PostgresStations:
    """All sites and stations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_site(
        self, company_id: str, site: Site, precondition: Precondition = WHATEVER_IS_THERE
    ) -> Entered:
        """Keep a company's site as it is given; raises `ChangedMeanwhileError`, `TakenError`."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "select version from site where id = %s and company_id = %s for no key update",
                (site.id, company_id),
            )
            [stands] = await cursor.fetchone() or [None]
            precondition.check(stands)
            cursor = await connection.execute(
                """
                insert into site (id, name, kind, time_zone, company_id)
                values (%s, %s, %s, %s, %s)
                on conflict (id) do update set name = excluded.name, kind = excluded.kind,
                    time_zone = excluded.time_zone, version = site.version + 1
                    where site.company_id = excluded.company_id
                returning xmax = 0, version
                """,
                (site.id, site.name, site.kind.value, site.time_zone, company_id),
            )
            row = await cursor.fetchone()
            if row is None:
                raise TakenError(f"another company has the site {site.id}")
            return precondition.entered(is_new=row[0], version=row[1])

    async def remove_site(
        self, company_id: str, site_id: str, precondition: Precondition = WHATEVER_IS_THERE
    ) -> bool:
        """Forget a site at which nobody ever charged; False when there is none.

        Raises `ChangedMeanwhileError`, and `InUseError` while it has stations, and when somebody
        did.
        """
        parameters = {"id": site_id, "company": company_id}
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select exists (select from station where site_id = site.id)
                    or exists (select from session where site_id = site.id), version
                from site where id = %(id)s and company_id = %(company)s for update
                """,
                parameters,
            )
            found = await cursor.fetchone()
            if found is None:
                return False
            precondition.check(found[1])
            if found[0]:
                raise InUseError(f"site {site_id} has stations, or somebody charged there")
            for table in GOES_WITH_SITE:
                await connection.execute(
                    sql.SQL("delete from {} where site_id = %(id)s").format(sql.Identifier(table)),
                    parameters,
                )
            await connection.execute("delete from site where id = %(id)s", parameters)
        return True

    async def put(self, company_id: str, stations: Sequence[Station]) -> int:
        """Keep these stations of a company, all or none of them; how many are new.

        Raises `TakenError`, and `NotStorableError` when one's site is not the company's.
        """
        if not stations:
            return 0
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                insert into station (company_id, id, site_id, connectors, key_salt, key_digest,
                    latitude, longitude, plugs, driver_id, registration)
                select %s::text, given.id, given.site_id, given.connectors, salt, digest,
                    given.latitude, given.longitude, given.plugs, given.driver_id,
                    coalesce(given.registration, known.registration, 'accepted')
                from unnest(%s::text[], %s::text[], %s::integer[], %s::bytea[], %s::bytea[],
                    %s::float8[], %s::float8[], %s::jsonb[], %s::text[], %s::text[])
                    as given (id, site_id, connectors, salt, digest, latitude, longitude, plugs,
                        driver_id, registration)
                left join station as known on known.id = given.id
                on conflict (id) do update set site_id = excluded.site_id,
                    connectors = excluded.connectors, key_salt = excluded.key_salt,
                    key_digest = excluded.key_digest, latitude = excluded.latitude,
                    longitude = excluded.longitude, plugs = excluded.plugs,
                    driver_id = excluded.driver_id, registration = excluded.registration,
                    version = station.version + 1
                    where station.company_id = excluded.company_id
                returning station.id, xmax = 0
                """,
                [company_id, *(list(column) for column in zip(*map(_row, stations), strict=True))],
            )
            is_new = dict(await cursor.fetchall())
            for station in stations:
                if station.id not in is_new:
                    raise TakenError(f"another company has the station {station.id}")
            return sum(is_new.values())

    async def create(self, company_id: str, station: Station) -> bool:
        """Keep a new station; False when the company has it already.

        Raises `TakenError`, and `NotStorableError` when its site is not the company's.
        """
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                with created as (
                    insert into station (company_id, id, site_id, connectors, key_salt,
                        key_digest, latitude, longitude, plugs, driver_id, registration)
                    values (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s,
                        coalesce(%s, 'accepted'))
                    on conflict (id) do nothing returning company_id
                )
                select company_id, true from created
                union all select company_id, false from station where id = %s
                """,
                (company_id, *_row(station), station.id),
            )
            whose, is_new = await cursor.fetchone() or (None, False)
        if whose != company_id:
            raise TakenError(f"another company has the station {station.id}")
        return bool(is_new)

    async def change(
        self, company_id: str, station: StationChange, *, version: int | None
    ) -> int | None:
        """Keep a station as it is given, if it is of this version; its new version.

        None: there is no such station of this version. Raises `NotStorableError` when its site is
        not the company's.
        """
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                update station set site_id = %(site_id)s, connectors = %(connectors)s,
                    latitude = %(latitude)s, longitude = %(longitude)s, plugs = %(plugs)s::jsonb,
                    driver_id = %(driver_id)s, key_salt = coalesce(%(salt)s, key_salt),
                    key_digest = coalesce(%(digest)s, key_digest),
                    registration = coalesce(%(registration)s, registration),
                    version = version + 1
                where id = %(id)s and company_id = %(company)s
                    and (%(version)s::integer is null or version = %(version)s)
                returning version
                """,
                {
                    "id": station.id,
                    "company": company_id,
                    "version": version,
                    "site_id": station.site_id,
                    "connectors": station.connectors,
                    "latitude": station.location and station.location.latitude,
                    "longitude": station.location and station.location.longitude,
                    "plugs": _json(station.plugs),
                    "driver_id": station.driver_id,
                    "salt": station.key and station.key.salt,
                    "digest": station.key and station.key.digest,
                    "registration": station.registration,
                },
            )
            row = await cursor.fetchone()
            return None if row is None else int(row[0])

    async def remove(self, company_id: str, station_id: str, *, version: int | None) -> bool:
        """Forget a station at which nobody ever charged; False as `change` says None.

        Raises `InUseError` when somebody did.
        """
        parameters = {"id": station_id, "company": company_id, "version": version}
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                """
                select exists (select from session where station_id = station.id)
                    or exists (select from unmatched_stop where station_id = station.id)
                    or exists (select from transaction_event where station_id = station.id)
                    or exists (select from live_connection where station_id = station.id)
                from station where id = %(id)s and company_id = %(company)s
                    and (%(version)s::integer is null or version = %(version)s) for update
                """,
                parameters,
            )
            found = await cursor.fetchone()
            if found is None:
                return False
            if found[0]:
                raise InUseError(f"station {station_id} is connected, or somebody charged there")
            for table in GOES_WITH_STATION:
                await connection.execute(
                    sql.SQL("delete from {} where station_id = %(id)s").format(
                        sql.Identifier(table)
                    ),
                    parameters,
                )
            await connection.execute("delete from station where id = %(id)s", parameters)
        return True


def _row(station: Station) -> tuple[object, ...]:
    place = station.location
    return (
        station.id,
        station.site_id,
        station.connectors,
        station.key.salt,
        station.key.digest,
        place and place.latitude,
        place and place.longitude,
        _json(station.plugs),
        station.driver_id,
        station.registration,
    )


def _json(plugs: Sequence[Plug]) -> str:
    return msgspec.json.encode(plugs).decode()
