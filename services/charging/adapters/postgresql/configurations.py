"""Configurations of stations in PostgreSQL: what their device models say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.application.configuration import Setting
from services.charging.application.scope import Scope
from services.charging.domain.device_model import Place
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp_j.version import Version

_SETTINGS: LiteralString = """
    select component, component_instance, evse_id, connector_id, variable, variable_instance,
        value, mutability, reported_at
    from device_variable
    where station_id = %(station)s and attribute = 'Actual' and (component = '') = %(is_key)s
    order by lower(component), evse_id, connector_id, lower(component_instance),
        lower(variable), lower(variable_instance)
"""
# A minute after its boot a station has said what it had to say first.
_TO_ASK: LiteralString = """
    update station set configuration_asked_at = now() where id in (
        select station.id from station
        join live_connection on live_connection.station_id = station.id
        where ocpp_version = %s and booted_at < now() - interval '1 minute'
            and booted_at > coalesce(configuration_asked_at, '-infinity')
        order by booted_at limit %s for update of station skip locked
    ) returning id
"""


@dataclass(frozen=True, slots=True)
class _Row:
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

    async def settings(self, scope: Scope, station_id: str, version: Version) -> Sequence[Setting]:
        """Keys of OCPP 1.6 are variables of no component."""
        whose = {"station": station_id, "is_key": version is OCPP_1_6}
        return [
            Setting(
                Place(
                    row.component,
                    row.component_instance,
                    row.evse_id,
                    row.connector_id,
                    row.variable,
                    row.variable_instance,
                ),
                row.value,
                row.mutability,
                row.reported_at,
            )
            for row in await self._reader.read(scope, _Row, _SETTINGS, whose)
        ]

    async def to_ask(self, most: int) -> Sequence[str]:
        """Stations that booted and were not asked since; now they are."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_TO_ASK, (OCPP_1_6.name, most))
            return [station_id for (station_id,) in await cursor.fetchall()]
