"""What callers see, read from PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.scoped import ScopedReader
from services.charging.adapters.postgresql.session_views import SESSIONS, SessionRow
from services.charging.application.scope import Scope
from services.charging.application.views import (
    CertificateView,
    CommandView,
    MessageSearch,
    MessageView,
    MeterValueView,
    MonitorView,
    NotificationView,
    QuarantineView,
    SessionSearch,
    SessionView,
    TokenView,
    VariableView,
)
from services.charging.domain.tokens import TokenStatus

_TOKENS: LiteralString = """
    select uid, status, driver, driver_id, group_uid, version, ad_hoc from token
"""

_COMMANDS: LiteralString = """
    select id, station_id, ocpp_version, action, request, state, asked_at, sent_at, over_at, answer,
        reason
    from command
"""


class PostgresViews:
    """Each is one query."""

    def __init__(self, database: Database) -> None:
        self._reader = ScopedReader(database)

    async def sessions(
        self, scope: Scope, search: SessionSearch, *, before: int | None, limit: int
    ) -> list[SessionView]:
        """Latest first."""
        query = """
            where (%(transaction_id)s::bigint is null or transaction_id = %(transaction_id)s)
                and (%(station_id)s::text is null or station_id = %(station_id)s)
                and (%(site_id)s::text is null or site_id = %(site_id)s)
                and (%(token_uid)s::text is null or token_uid = %(token_uid)s)
                and (%(driver_id)s::text is null or driver_id = %(driver_id)s)
                and (%(status)s::text is null or (ended_at is null) = (%(status)s = 'active'))
                and (%(since)s::timestamptz is null or started_at >= %(since)s)
                and (%(until)s::timestamptz is null or started_at < %(until)s)
                and (%(ad_hoc)s::boolean is null or (tariff_version is not null) = %(ad_hoc)s)
                and (%(before)s::bigint is null or transaction_id < %(before)s)
            order by transaction_id desc limit %(limit)s
        """
        parameters = asdict(search) | {"before": before, "limit": limit}
        found = await self._reader.read(scope, SessionRow, SESSIONS + query, parameters)
        return [row.view() for row in found]

    async def session(self, scope: Scope, session_id: UUID) -> SessionView | None:
        """One session."""
        query = SESSIONS + "where id = %(id)s"
        found = await self._reader.read(scope, SessionRow, query, {"id": session_id})
        return found[0].view() if found else None

    async def quarantine(
        self, scope: Scope, *, station_id: str | None, before: int | None, limit: int
    ) -> list[QuarantineView]:
        """Latest first."""
        query = """
            select id, station_id, rule, finding, received, received_at from quarantine
            where (%(station)s::text is null or station_id = %(station)s)
                and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._reader.read(scope, QuarantineView, query, parameters)

    async def meter_values(
        self, scope: Scope, session_id: UUID, *, after: str, limit: int
    ) -> list[MeterValueView]:
        """Of a session, in their order; readings of one moment are told apart by their hash."""
        query = """
            , reading as (
                select measured_at, register_wh, without_nul(received)::json as message,
                    extract(epoch from measured_at) as second, hashtextextended(received, 0) as hash
                from meter_reading
                where (transaction_id, station_id) = (
                    select transaction_id, station_id from session where id = %(id)s
                )
            )
            select second || '/' || hash as id, measured_at, register_wh,
                coalesce(message -> 'meterValue', message -> 'transactionData', '[]'::json)
                    as meter_values
            from reading
            where %(after)s = '' or (second, hash) > (
                split_part(%(after)s, '/', 1)::numeric, split_part(%(after)s, '/', 2)::bigint
            )
            order by second, hash limit %(limit)s
        """
        parameters = {"id": session_id, "after": after, "limit": limit}
        return await self._reader.read(scope, MeterValueView, query, parameters)

    async def tokens(
        self,
        scope: Scope,
        *,
        driver_id: str | None,
        status: TokenStatus | None,
        after: str,
        limit: int,
    ) -> list[TokenView]:
        """In the order of their uids."""
        query = (
            _TOKENS
            + """
            where uid > %(after)s and (%(driver)s::text is null or driver_id = %(driver)s)
                and (%(status)s::text is null or status = %(status)s)
            order by uid limit %(limit)s
        """
        )
        parameters = {"driver": driver_id, "status": status, "after": after, "limit": limit}
        return await self._reader.read(scope, TokenView, query, parameters)

    async def tokens_of(self, scope: Scope, uids: Sequence[str]) -> list[TokenView]:
        """Those of these uids that there are."""
        query = _TOKENS + "where uid = any(%(uids)s)"
        return await self._reader.read(scope, TokenView, query, {"uids": list(uids)})

    async def token(self, scope: Scope, uid: str) -> TokenView | None:
        """One token."""
        found = await self._reader.read(
            scope, TokenView, _TOKENS + "where uid = %(uid)s", {"uid": uid}
        )
        return found[0] if found else None

    async def command(self, scope: Scope, command_id: UUID) -> CommandView | None:
        """One command."""
        query = _COMMANDS + "where id = %(id)s"
        found = await self._reader.read(scope, CommandView, query, {"id": command_id})
        return found[0] if found else None

    async def commands(
        self, scope: Scope, *, station_id: str, before: UUID | None, limit: int
    ) -> list[CommandView]:
        """Latest first."""
        query = """
            where station_id = %(station)s and (%(before)s::uuid is null or (asked_at, id) < (
                select earlier.asked_at, earlier.id from command as earlier
                where earlier.id = %(before)s
            ))
            order by asked_at desc, id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._reader.read(scope, CommandView, _COMMANDS + query, parameters)

    async def notifications(
        self, scope: Scope, *, station_id: str, before: int | None, limit: int
    ) -> list[NotificationView]:
        """Latest first."""
        query = """
            select id, station_id, action, received, received_at from notification
            where station_id = %(station)s and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = {"station": station_id, "before": before, "limit": limit}
        return await self._reader.read(scope, NotificationView, query, parameters)

    async def certificates(self, scope: Scope, *, station_id: str) -> list[CertificateView]:
        """Latest first."""
        query = """
            select serial, state, not_before, not_after, issued_at, used_at, revoked_at, chain
            from station_certificate where station_id = %(station)s order by issued_at desc
        """
        return await self._reader.read(scope, CertificateView, query, {"station": station_id})

    async def variables(
        self, scope: Scope, *, station_id: str, after: int, limit: int
    ) -> list[VariableView]:
        """In the order in which they were told first."""
        query = """
            select * from device_variable
            where station_id = %(station)s and id > %(after)s order by id limit %(limit)s
        """
        parameters = {"station": station_id, "after": after, "limit": limit}
        return await self._reader.read(scope, VariableView, query, parameters)

    async def monitors(
        self, scope: Scope, *, station_id: str, after: int, limit: int
    ) -> list[MonitorView]:
        """In the order of their ids."""
        query = """
            select * from device_monitor
            where station_id = %(station)s and monitor_id > %(after)s
            order by monitor_id limit %(limit)s
        """
        parameters = {"station": station_id, "after": after, "limit": limit}
        return await self._reader.read(scope, MonitorView, query, parameters)

    async def messages(
        self, scope: Scope, search: MessageSearch, *, before: int | None, limit: int
    ) -> list[MessageView]:
        """Latest first."""
        query = """
            select id, station_id, at, direction, kind, message_id, action, text from message
            where (%(station_id)s::text is null or station_id = %(station_id)s)
                and (%(action)s::text is null or action = %(action)s)
                and (%(message_id)s::text is null or message_id = %(message_id)s)
                and (%(direction)s::text is null or direction = %(direction)s)
                and (%(kind)s::text is null or kind = %(kind)s)
                and (%(since)s::timestamptz is null or at >= %(since)s)
                and (%(until)s::timestamptz is null or at < %(until)s)
                and (%(contains)s::text is null or strpos(lower(text), lower(%(contains)s)) > 0)
                and (%(before)s::bigint is null or id < %(before)s)
            order by id desc limit %(limit)s
        """
        parameters = asdict(search) | {"before": before, "limit": limit}
        return await self._reader.read(scope, MessageView, query, parameters)
