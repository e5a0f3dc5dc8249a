"""Device models in PostgreSQL, committed in groups over many stations."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.domain.device_model import Monitor, Value

_Told = tuple[str, Sequence[Value], datetime]
_Watched = tuple[str, Sequence[Monitor], datetime]


class PostgresDeviceModels:
    """One statement writes a group."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: CommitGroup[_Told] = CommitGroup(self._write, subject=lambda told: told[0])
        self._watched: CommitGroup[_Watched] = CommitGroup(
            self._write_monitors, subject=lambda watched: watched[0]
        )

    async def tell(self, station_id: str, values: Sequence[Value], at: datetime) -> None:
        """Keep the latest value of each."""
        # The last of each counts, and a statement changes a row once.
        latest = {(value.place.key, value.attribute): value for value in values}
        if latest:
            await self._told.add((station_id, list(latest.values()), at))

    async def watch(self, station_id: str, monitors: Sequence[Monitor], at: datetime) -> None:
        """Keep the latest state of each."""
        latest = {monitor.id: monitor for monitor in monitors}
        if latest:
            await self._watched.add((station_id, list(latest.values()), at))

    async def unwatch(self, station_id: str, ids: Sequence[int]) -> None:
        """These monitors are gone."""
        async with self._database.statement() as connection:
            await connection.execute(
                "delete from device_monitor where station_id = %s and monitor_id = any(%s)",
                (station_id, list(ids)),
            )

    async def inventory(self, station_id: str, *, holds: bool) -> None:
        """Of the firmware that the station has now."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update station set inventory_of = case when %s then
                    coalesce(boot #>> '{chargingStation,firmwareVersion}', '') end
                where id = %s
                """,
                (holds, station_id),
            )

    async def _write(self, told: Sequence[_Told]) -> None:
        rows = [
            (
                station_id,
                *astuple(value.place),
                value.attribute,
                value.value,
                value.mutability,
                value.characteristics.decode() if value.characteristics else None,
                at,
            )
            for station_id, values, at in told
            for value in values
        ]
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into device_variable as known (station_id, component, component_instance,
                    evse_id, connector_id, variable, variable_instance, attribute, value,
                    mutability, characteristics, reported_at)
                select station_id, component, component_instance, evse_id, connector_id, variable,
                    variable_instance, attribute, value, mutability, characteristics::jsonb, at
                from unnest(%s::text[], %s::text[], %s::text[], %s::integer[], %s::integer[],
                    %s::text[], %s::text[], %s::text[], %b::text[], %s::text[], %b::text[],
                    %s::timestamptz[]) as told (station_id, component, component_instance, evse_id,
                    connector_id, variable, variable_instance, attribute, value, mutability,
                    characteristics, at)
                on conflict (station_id, lower(component), lower(component_instance), evse_id,
                    connector_id, lower(variable), lower(variable_instance), attribute)
                do update set value = excluded.value, reported_at = excluded.reported_at,
                    mutability = coalesce(excluded.mutability, known.mutability),
                    characteristics = coalesce(excluded.characteristics, known.characteristics)
                """,
                [list(column) for column in zip(*rows, strict=True)],
            )

    async def _write_monitors(self, watched: Sequence[_Watched]) -> None:
        rows = [
            (
                station_id,
                monitor.id,
                *astuple(monitor.place),
                monitor.kind,
                monitor.value,
                monitor.severity,
                monitor.in_transactions_only,
                at,
            )
            for station_id, monitors, at in watched
            for monitor in monitors
        ]
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into device_monitor (station_id, monitor_id, component, component_instance,
                    evse_id, connector_id, variable, variable_instance, kind, value, severity,
                    in_transactions_only, reported_at)
                select * from unnest(%s::text[], %s::integer[], %s::text[], %s::text[],
                    %s::integer[], %s::integer[], %s::text[], %s::text[], %s::text[],
                    %s::float8[], %s::integer[], %s::boolean[], %s::timestamptz[])
                on conflict (station_id, monitor_id) do update set
                    component = excluded.component, evse_id = excluded.evse_id,
                    component_instance = excluded.component_instance,
                    connector_id = excluded.connector_id, variable = excluded.variable,
                    variable_instance = excluded.variable_instance, kind = excluded.kind,
                    value = excluded.value, severity = excluded.severity,
                    in_transactions_only = excluded.in_transactions_only,
                    reported_at = excluded.reported_at
                """,
                [list(column) for column in zip(*rows, strict=True)],
            )
