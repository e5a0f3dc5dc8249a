"""What is asked often is found by an index, however much there is of it."""

from typing import LiteralString

import pytest

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.signed_values import OF_ANOTHER

pytestmark = pytest.mark.integration

SIGNED: LiteralString = "select " + OF_ANOTHER + " from signed_value as told"  # noqa: S608 — ours


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (SIGNED, "signed_value_again"),
        (
            "select from session where site_id = 'x' order by transaction_id desc limit 9",
            "session_of_site",
        ),
        ("select exists (select from session where site_id = 'x')", "session_of_site"),
        (
            "select from session where token_uid = 'x' order by transaction_id desc limit 9",
            "session_of_token",
        ),
        (
            "select from quarantine where station_id = 'x' order by id desc limit 9",
            "quarantine_of_station",
        ),
        (
            "select station_id from command where over_at is null and state = 'pending'",
            "command_under_way",
        ),
    ],
)
async def test_a_question_is_answered_by_its_index(
    kept: Database, query: LiteralString, index: str
) -> None:
    async with kept.transaction() as connection:
        await connection.execute("set local enable_seqscan to off")
        await connection.execute("set local enable_bitmapscan to off")
        plan = await (await connection.execute("explain (costs off) " + query)).fetchall()
    lines = "\n".join(line for (line,) in plan)
    assert f"using {index}" in lines
    assert "Sort" not in lines
