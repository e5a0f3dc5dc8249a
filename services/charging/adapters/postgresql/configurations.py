"""Configurations of stations in PostgreSQL: what their device models say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.configuration import Booted, Setting
from services.charging.application.scope import Scope
from services.charging.domain.device_model import Place
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.versions import version

_SETTINGS: LiteralString = """
    select station_id, component, component_instance, evse_id, connector_id, variable,
        variable_instance, value, mutability, reported_at
    from device_variable
    where station_id = any(%(stations)s) and attribute = 'Actual'
        and (component = '') = %(is_key)s
    order by lower(component), evse_id, connector_id, lower(component_instance),
        lower(variable), lower(variable_instance)
"""
# A minute after its boot a station has said what it had to say first.
_TO_ASK: LiteralString = """
    select station.id, booted_at, ocpp_version from station
    join live_connection on live_connection.station_id = station.id
    where booted_at < now() - interval '1 minute'
        and booted_at > coalesce(configuration_asked_at, '-infinity')
        and heard_registration is distinct from 'rejected'
        and (ocpp_version = %(keys)s or inventory_of is distinct from
            coalesce(boot #>> '{chargingStation,firmwareVersion}', ''))
        and not exists (
            select from command where command.station_id = station.id and over_at is null
                and action in ('GetConfiguration', 'GetBaseReport')
        )
    order by booted_at limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    station_id: str
    component: str
    component_instance: str
    evse_id: int
    connector_id: int
    variable: str
    variable_instance: str
    value: str | None
    mutability: str | None
    reported_at: datetime


class PostgresConfigurations:
    """See `services.charging.application.configuration.Configurations`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = ScopedReader(database)

    async def settings(
        self, scope: Scope, station_ids: Sequence[str], spoken: Version
    ) -> Mapping[str, Sequence[Setting]]:
        """Keys of OCPP 1.6 are variables of no component."""
        whose = {"stations": list(station_ids), "is_key": spoken is OCPP_1_6}
        found: dict[str, list[Setting]] = defaultdict(list)
        for row in await self._reader.read(scope, _Row, _SETTINGS, whose):
            place = Place(
                row.component,
                row.component_instance,
                row.evse_id,
                row.connector_id,
                row.variable,
                row.variable_instance,
            )
            setting = Setting(place, row.value, row.mutability, row.reported_at)
            found[row.station_id].append(setting)
        return found

    async def to_ask(self, most: int) -> Sequence[Booted]:
        """Those that booted first."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_TO_ASK, {"keys": OCPP_1_6.name, "most": most})
            return [
                Booted(name, at, version(spoken)) for name, at, spoken in await cursor.fetchall()
            ]

    async def asked(self, booted: Booted) -> None:
        """For this boot, or a later one already."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update station set configuration_asked_at = greatest(configuration_asked_at, %s)
                where id = %s
                """,
                (booted.at, booted.station_id),
            )
