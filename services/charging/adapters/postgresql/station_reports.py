"""What stations tell of themselves, committed in groups over many stations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import msgspec

from services.charging.adapters.commit_group import CommitGroup
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.sites.due import PROFILES_FORGOTTEN, SITES_DUE
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.registration import Registration
from services.charging.domain.stations import ConnectorReport

# Groups come as one document: an array for each column costs more to write than to read.
_BOOT: LiteralString = """
    update station set boot = given.boot, booted_at = given.at, heard_registration = registration
    from json_to_recordset(%(boots)s) as given (id text, boot jsonb, at timestamptz)
    where station.id = given.id returning station.id, registration
"""
# A station that has come to speak another version counts its connectors anew. The error code tells
# the version: EVSE 0 does not, as it is the station as a whole in 2.0.1.
_STATUS: LiteralString = """
    with given as (
        select * from json_to_recordset(%s) as given (station_id text, evse_id integer,
            connector_id integer, status text, error_code text, info text,
            vendor_error_code text, reported_at timestamptz)
    ), of_another_version as (
        delete from connector_status as earlier using given
        where earlier.station_id = given.station_id
            and (earlier.error_code is null) <> (given.error_code is null)
            and (earlier.station_id, earlier.evse_id, earlier.connector_id) not in
                (select station_id, evse_id, connector_id from given)
    )
    insert into connector_status (station_id, evse_id, connector_id, status, error_code, info,
        vendor_error_code, reported_at)
    select * from given
    on conflict (station_id, evse_id, connector_id) do update set
        status = excluded.status, error_code = excluded.error_code,
        info = excluded.info, vendor_error_code = excluded.vendor_error_code,
        reported_at = excluded.reported_at
"""


@dataclass(slots=True)
class _Boot:
    station_id: str
    message: Message
    at: datetime
    hears: Registration = Registration.REJECTED
    """Unless it is known."""


_Status = tuple[str, ConnectorReport, datetime]


class PostgresStationReports:
    """One statement keeps the boots of a group, one the states of its connectors."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boots: CommitGroup[_Boot] = CommitGroup(
            self._write_boots, subject=lambda boot: boot.station_id
        )
        self._statuses: CommitGroup[_Status] = CommitGroup(
            self._write_statuses,
            subject=lambda status: (status[0], status[1].evse_id, status[1].connector_id),
        )

    async def booted(self, station_id: str, boot: Message, at: datetime) -> Registration:
        """Keep the latest boot, and what it hears."""
        booted = _Boot(station_id, boot, at)
        await self._boots.add(booted)
        return booted.hears

    async def status(self, station_id: str, status: ConnectorReport, at: datetime) -> None:
        """Keep the latest state of a connector."""
        await self._statuses.add((station_id, status, at))

    async def _write_boots(self, boots: Sequence[_Boot]) -> None:
        told = [{"id": boot.station_id, "boot": boot.message, "at": boot.at} for boot in boots]
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                SITES_DUE + PROFILES_FORGOTTEN + _BOOT,
                {
                    "stations": [boot.station_id for boot in boots],
                    "boots": msgspec.json.encode(told).decode(),
                },
            )
            hear = dict(await cursor.fetchall())
        for boot in boots:
            if boot.station_id in hear:
                boot.hears = Registration(hear[boot.station_id])

    async def _write_statuses(self, statuses: Sequence[_Status]) -> None:
        told = [
            {
                "station_id": station_id,
                "evse_id": status.evse_id,
                "connector_id": status.connector_id,
                "status": status.status,
                "error_code": status.error_code,
                "info": status.info,
                "vendor_error_code": status.vendor_error_code,
                "reported_at": at,
            }
            for station_id, status, at in statuses
        ]
        async with self._database.statement() as connection:
            await connection.execute(_STATUS, (msgspec.json.encode(told).decode(),))
