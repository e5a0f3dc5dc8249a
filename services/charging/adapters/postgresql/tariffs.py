"""Tariffs in PostgreSQL: every version stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from services.charging.adapters.postgresql.database import Connection, Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.ports import PublishedTariff
from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.application.site_tariffs import KeptTariff, NotPublicError
from services.charging.domain.stations import SiteKind
from services.charging.domain.tariffs.tariff import Tariff

_IN_FORCE: LiteralString = """
    with asked as (
        select id as station_id, site_id, tariff_in_force(site_id, %(at)s) as version
        from station where id = %(station)s
    )
"""
_OF_SESSION: LiteralString = """
    with asked as (
        select station_id, site_id, tariff_version as version from session where id = %(session)s
    )
"""
_PUBLISHED: LiteralString = """
    select document::text, nullif(upper(trim(currency.value)), '')
    from asked join site_tariff using (site_id, version)
    left join device_variable as currency on currency.station_id = asked.station_id
        and (lower(component), lower(variable)) = ('tariffcostctrlr', 'currency')
        and component_instance = '' and variable_instance = '' and evse_id = 0
        and connector_id = 0 and attribute = 'Actual'
"""


def tariff_of(document: str) -> Tariff:
    """As it was entered."""
    return msgspec.json.decode(document, type=Tariff)


class PostgresTariffs:
    """For stations; see `services.charging.application.ports.Tariffs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_force(self, station_id: str, at: datetime) -> PublishedTariff | None:
        """At the station's site."""
        return await self._published(_IN_FORCE, {"station": station_id, "at": at})

    async def of_session(self, session_id: UUID) -> PublishedTariff | None:
        """That was in force when a session began that is paid ad hoc."""
        return await self._published(_OF_SESSION, {"session": session_id})

    async def _published(
        self, asked: LiteralString, parameters: dict[str, Any]
    ) -> PublishedTariff | None:
        async with self._database.statement() as connection:
            cursor = await connection.execute(asked + _PUBLISHED, parameters)
            row = await cursor.fetchone()
            return None if row is None else PublishedTariff(tariff_of(row[0]), row[1])


@dataclass(frozen=True, slots=True)
class _Version:
    version: int
    set_at: datetime
    document: str


class PostgresSiteTariffs:
    """For operators; see `services.charging.application.site_tariffs.SiteTariffs`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def put(
        self,
        scope: Scope,
        site_id: str,
        tariff: Tariff,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> KeptTariff | None:
        """Keep a new version, in force from now on."""
        async with self._database.transaction() as connection:
            site = await _locked(connection, scope, site_id)
            if site is None:
                return None
            kind, version, stands = site
            if kind != SiteKind.PUBLIC:
                raise NotPublicError(f"site {site_id} is of kind {kind}, not public")
            precondition.check(version if stands else None)
            document = msgspec.json.encode(tariff).decode()
            set_at = await _add(connection, site_id, version + 1, document)
            return KeptTariff(site_id, version + 1, set_at, tariff)

    async def withdraw(
        self, scope: Scope, site_id: str, precondition: Precondition = WHATEVER_IS_THERE
    ) -> bool:
        """From now on there is none."""
        async with self._database.transaction() as connection:
            site = await _locked(connection, scope, site_id)
            if site is None or not site[2]:
                return False
            precondition.check(site[1])
            await _add(connection, site_id, site[1] + 1, None)
            return True

    async def tariff(self, scope: Scope, site_id: str, version: int | None) -> KeptTariff | None:
        """This version, or the one in force."""
        query: LiteralString = """
            select version, set_at, document::text from site_tariff
            where site_id = %(site)s and document is not null
                and version = coalesce(%(version)s, tariff_in_force(%(site)s, now()))
        """
        parameters = {"site": site_id, "version": version}
        for row in await self._reader.read(scope, _Version, query, parameters):
            return KeptTariff(site_id, row.version, row.set_at, tariff_of(row.document))
        return None


async def _locked(
    connection: Connection, scope: Scope, site_id: str
) -> tuple[str, int, bool] | None:
    """The site's kind, its latest version, and whether that is a tariff.

    The lock of the site's row orders versions that come at the same time.
    """
    cursor = await connection.execute(
        "select kind from site where id = %s and company_id = %s for no key update",
        (site_id, scope.company_id),
    )
    site = await cursor.fetchone()
    if site is None:
        return None
    cursor = await connection.execute(
        """
        select version, document is not null from site_tariff where site_id = %s
        order by version desc limit 1
        """,
        (site_id,),
    )
    version, stands = await cursor.fetchone() or (0, False)
    return site[0], version, stands


async def _add(
    connection: Connection, site_id: str, version: int, document: str | None
) -> datetime:
    """The time is that of the lock, not of the transaction's begin: versions follow each other."""
    cursor = await connection.execute(
        """
        insert into site_tariff (site_id, version, document, set_at)
        values (%s, %s, %s, clock_timestamp()) returning set_at
        """,
        (site_id, version, document),
    )
    set_at: datetime
    [(set_at,)] = await cursor.fetchall()
    return set_at
