"""Which reservation a session uses, though it is told late, by another token or by name."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import pytest_asyncio

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.reservations import PostgresReservations
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.application.stop_matching import MatchingLedger
from services.charging.domain.reservations import named
from services.charging.domain.stations import ConnectorReport
from services.charging.domain.transactions import Kind
from tests.charging.company import Company
from tests.charging.ocpp201.test_ledger import ENDED, NAMED, STARTED, tell
from tests.charging.test_ledger import NOW, START, nodes, post
from tests.postgres import Database as EmptyDatabase

HOUR = timedelta(hours=1)
RESERVED = """
    insert into reservation (number, company_id, station_id, connector_id, token_uid, group_uid,
        asked_at, expires_at, id, state, over_at)
    overriding system value
    values (%s, %s, 'CP1', %s, 'CARD1', 'FAMILY', %s, %s, gen_random_uuid(), %s, %s)
"""


@pytest.mark.parametrize(("said", "number"), [(7, 7), (0, None), (-1, None), (2**40, None)])
def test_what_names_no_reservation_is_none(said: int, number: int | None) -> None:
    assert named(said) == number
    assert named(None) is None


async def test_a_session_keeps_the_reservation_that_its_station_names() -> None:
    company = Company()
    await company.call(
        "StartTransaction",
        connectorId=1,
        idTag="CARD1",
        meterStart=0,
        timestamp=NOW.isoformat(),
        reservationId=7,
    )
    [session] = company.ledger.sessions.values()
    assert session.reservation_number == 7


class Held:
    """The station CP1 holds reservations, or did."""

    def __init__(self, database: EmptyDatabase, node: MatchingLedger) -> None:
        self._conninfo = database.conninfo
        self.node = node

    def reserve(
        self,
        number: int,
        state: str = "accepted",
        *,
        connector: int = 1,
        over_at: datetime | None = None,
        at: datetime = NOW,
    ) -> None:
        with psycopg.connect(self._conninfo) as connection:
            [company] = connection.execute("select company_id from station").fetchone() or ("",)
            asked, expires = at - HOUR, at + HOUR
            connection.execute(
                RESERVED, (number, company, connector, asked, expires, state, over_at)
            )
            connection.execute(
                """
                insert into token (uid, company_id, status, driver, group_uid)
                values ('CARD2', %s, 'accepted', 'Bob', 'FAMILY') on conflict do nothing
                """,
                (company,),
            )

    def states(self) -> dict[int, str]:
        with psycopg.connect(self._conninfo) as connection:
            found = connection.execute("select number, state from reservation").fetchall()
            return dict(found)

    def named(self) -> set[int]:
        with psycopg.connect(self._conninfo) as connection:
            found = connection.execute("select reservation_number from session").fetchall()
            return {number for (number,) in found}

    def later(self) -> None:
        with psycopg.connect(self._conninfo) as connection:
            connection.execute("update reservation set freed_at = freed_at - interval '3 minutes'")


@pytest_asyncio.fixture
async def held(database: EmptyDatabase) -> AsyncIterator[Held]:
    async with nodes(database) as (node, _):
        yield Held(database, node)


@pytest.mark.integration
async def test_the_reservation_that_is_named_is_used_whoever_charges(held: Held) -> None:
    states = ("asked", "accepted", "expired", "cancelled")
    for number, state in enumerate(states, 1):
        is_over = state in ("expired", "cancelled")
        held.reserve(number, state, over_at=NOW - HOUR / 2 if is_over else None)
    held.reserve(8)
    for number in (1, 2, 3, 4):
        stranger = replace(START, token_uid=f"STRANGER{number}", reservation_number=number)
        await post(held.node, stranger)
    assert held.states() == dict.fromkeys((1, 2, 3, 4), "used") | {8: "accepted"}
    assert held.named() == {1, 2, 3, 4}


@pytest.mark.integration
async def test_a_session_that_is_told_late_uses_what_was_in_force_when_it_began(held: Held) -> None:
    charging = {
        1: ("CARD1", NOW + HOUR, "used"),
        2: ("CARD2", NOW + HOUR, "used"),
        3: ("CARD2", NOW - timedelta(minutes=1), "expired"),
        4: ("STRANGER", NOW + HOUR, "expired"),
    }
    for connector, (uid, over_at, _) in charging.items():
        held.reserve(connector, "expired", connector=connector, over_at=over_at)
        await post(held.node, replace(START, connector_id=connector, token_uid=uid))
    assert held.states() == {number: state for number, (_, _, state) in charging.items()}


@pytest.mark.integration
async def test_a_session_uses_one_reservation_rather_its_connectors(held: Held) -> None:
    held.reserve(7, connector=0)
    held.reserve(8)
    held.reserve(9, connector=2)
    await post(held.node, START)
    assert held.states() == {7: "accepted", 8: "used", 9: "accepted"}


@pytest.mark.integration
async def test_any_event_of_a_transaction_may_name_the_reservation(held: Held) -> None:
    for number, kind in enumerate(Kind, 1):
        held.reserve(number)
        for event in (
            replace(STARTED, token_uid="STRANGER", evse_id=1),
            replace(NAMED, token_uid=None, evse_id=1),
            ENDED,
        ):
            names = number if event.kind is kind else None
            said = replace(event, station_transaction_id=kind, reservation_number=names)
            await tell(held.node, said)
    assert held.states() == dict.fromkeys((1, 2, 3), "used")
    assert held.named() == {1, 2, 3}


@pytest.mark.integration
async def test_an_evse_or_a_token_that_is_known_later_tells_which_is_used(held: Held) -> None:
    held.reserve(7, connector=1)
    held.reserve(8, connector=2)
    await tell(held.node, replace(STARTED, token_uid="CARD1"))
    assert held.states() == {7: "accepted", 8: "accepted"}
    await tell(held.node, replace(NAMED, token_uid=None))
    assert held.states() == {7: "accepted", 8: "used"}


@pytest.mark.integration
@pytest.mark.parametrize(("charges", "state"), [(True, "used"), (False, "cancelled")])
async def test_a_connector_that_is_free_again_holds_no_reservation(
    held: Held, database: EmptyDatabase, charges: bool, state: str
) -> None:
    now = datetime.now(UTC)
    held.reserve(7, at=now)
    kept = Database(database.conninfo)
    await kept.open()
    reports, reservations = PostgresStationReports(kept), PostgresReservations(kept)
    free = ConnectorReport(evse_id=0, connector_id=1, status="Available", error_code="NoError")
    for status in ("Available", "Reserved", "Available"):
        await reports.status("CP1", replace(free, status=status), now)
        await reservations.expire()
        assert held.states() == {7: "accepted"}
    if charges:
        await post(held.node, replace(START, said_at=now, received_at=now))
    held.later()
    await reservations.expire()
    await kept.close()
    assert held.states() == {7: state}
