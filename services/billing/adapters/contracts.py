"""Contracts in PostgreSQL, with the instants of their tokens."""

from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.range import TimestamptzRange

from services.billing.adapters.json_forms import CONTRACT
from services.billing.domain.billing_period import start_of_day
from services.billing.domain.contract import Contract, Token
from services.billing.domain.errors import TokenTakenError

_TAKEN = """
    select o.token_uid, o.contract_id, lower(o.valid) as since
    from contract_tokens o
    join contract_tokens n on n.token_uid = o.token_uid and n.valid && o.valid
    where n.contract_id = %(contract_id)s and o.contract_id <> %(contract_id)s
    order by o.token_uid limit 1
"""


class PostgresContracts:
    """The `Contracts` port."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def lock(self, contract_id: str) -> Contract | None:
        """The contract, held until the transaction ends."""
        cursor = await self._connection.execute(
            "select content::text from contracts where contract_id = %s for update", [contract_id]
        )
        row = await cursor.fetchone()
        return CONTRACT.validate_json(row["content"]) if row else None

    async def put(self, contract_id: str, contract: Contract) -> None:
        """Make or replace it; raises `TokenTakenError`."""
        execute = self._connection.execute
        # The overlap of two contracts' tokens cannot be seen while the other is being written.
        await execute("lock table contract_tokens in share row exclusive mode")
        await execute(
            "insert into contracts (contract_id, content) values (%s, %s)"
            " on conflict (contract_id) do update"
            " set content = excluded.content, changed_at = now()",
            [contract_id, CONTRACT.dump_json(contract).decode()],
        )
        await execute("delete from contract_tokens where contract_id = %s", [contract_id])
        await self._connection.cursor().executemany(
            "insert into contract_tokens (contract_id, token_uid, valid) values (%s, %s, %s)",
            [(contract_id, token.uid, _instants(contract, token)) for token in contract.tokens],
        )
        cursor = await execute(_TAKEN, {"contract_id": contract_id})
        if taken := await cursor.fetchone():
            raise TokenTakenError(
                f"token {taken['token_uid']} is contract {taken['contract_id']}'s"
                f" since {taken['since']:%Y-%m-%d}"
            )


def _instants(contract: Contract, token: Token) -> TimestamptzRange:
    zone: ZoneInfo = contract.zone
    start, end = contract.span_of(token)
    until: datetime | None = start_of_day(end, zone) if end else None
    return TimestamptzRange(start_of_day(start, zone), until)
