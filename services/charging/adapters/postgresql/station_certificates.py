"""Certificates of stations in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import class_row

from services.charging.adapters.postgresql.database import Database
from services.charging.domain.station_certificates import CertificateState, StationCertificate


class PostgresStationCertificates:
    """See `services.charging.application.station_certificates.CertificateBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, certificate: StationCertificate) -> None:
        """Return when it is kept."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                insert into station_certificate (id, station_id, serial, chain, request_digest,
                    not_before, not_after)
                values (%s, %s, %s, %s, %s, %s, %s)
                """,
                (
                    certificate.id,
                    certificate.station_id,
                    certificate.serial,
                    certificate.chain,
                    certificate.request_digest,
                    certificate.not_before,
                    certificate.not_after,
                ),
            )

    async def of_request(self, station_id: str, digest: bytes) -> StationCertificate | None:
        """The one that this request got, unless the station did not want it."""
        async with (
            self._database.statement() as connection,
            connection.cursor(row_factory=class_row(StationCertificate)) as cursor,
        ):
            await cursor.execute(
                """
                select id, station_id, serial, chain, request_digest, not_before, not_after
                from station_certificate
                where station_id = %s and request_digest = %s and state <> 'rejected'
                """,
                (station_id, digest),
            )
            return await cursor.fetchone()

    async def answered(self, station_id: str, chain: str, *, accepted: bool) -> None:
        """What the station said to it."""
        state = CertificateState.ACCEPTED if accepted else CertificateState.REJECTED
        async with self._database.statement() as connection:
            await connection.execute(
                """
                update station_certificate set state = %s
                where station_id = %s and chain = %s and state = 'issued'
                """,
                (state, station_id, chain),
            )

    async def shown(self, station_id: str, serial: str) -> None:
        """The station uses this one: those before it are revoked."""
        async with self._database.statement() as connection:
            await connection.execute(
                """
                with shown as (
                    update station_certificate set state = 'used', used_at = now()
                    where station_id = %s and serial = %s and state in ('issued', 'accepted')
                    returning id, station_id, issued_at
                )
                update station_certificate as older set state = 'revoked', revoked_at = now()
                from shown where older.station_id = shown.station_id and older.id <> shown.id
                    and older.issued_at < shown.issued_at
                    and older.state in ('issued', 'accepted', 'used')
                """,
                (station_id, serial),
            )

    async def ask_for_new(
        self, ends_before: datetime, asked_before: datetime
    ) -> Sequence[tuple[str, str]]:
        """Stations whose newest certificate ends by then; one that is told is told once."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                with newest as (
                    select distinct on (station_id) id, not_after from station_certificate
                    where state in ('accepted', 'used') order by station_id, issued_at desc
                )
                update station_certificate as due set renewal_asked_at = now()
                from newest, station where due.id = newest.id and newest.not_after < %s
                    and (renewal_asked_at is null or renewal_asked_at < %s)
                    and station.id = due.station_id and last_ocpp_version is not null
                returning station.id, last_ocpp_version
                """,
                (ends_before, asked_before),
            )
            return await cursor.fetchall()
