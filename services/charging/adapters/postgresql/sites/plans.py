"""Plans as rows: one of a plan, one of each session's part in it."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from services.charging.adapters.postgresql.database import Connection
from services.charging.domain.smart_charging.plan import Allotment, Plan

STATION_PERIODS: LiteralString = """
    (
        select min(case when periods.value ~ '^[1-9][0-9]{0,3}$' then periods.value::integer end)
        from device_variable as periods
        where periods.station_id = session.station_id
            and (lower(component), lower(variable)) in (('', 'chargingschedulemaxperiods'),
                ('smartchargingctrlr', 'periodsperschedule'))
            and component_instance = '' and variable_instance = '' and evse_id = 0
            and periods.connector_id = 0 and attribute = 'Actual'
    )
"""
"""That the station of a session takes in a schedule; null: it did not tell."""
_PLANS: LiteralString = """
    select site_plan.number, bounds, session_id, currents, phases, charging, since
    from site_plan left join site_allotment on plan_number = number
    where number = any(%s) order by number
"""


async def keep_plan(connection: Connection, site_id: str, planned: Plan) -> int:
    """Write a plan; its number."""
    cursor = await connection.execute(
        "insert into site_plan (site_id, bounds) values (%s, %s) returning number",
        (site_id, list(planned.bounds)),
    )
    [number] = await cursor.fetchone() or [0]
    rows = [
        (number, session_id, list(part.currents), part.phases, part.charging, part.since)
        for session_id, part in planned.allotments.items()
    ]
    async with connection.cursor() as writing:
        await writing.executemany(
            """
            insert into site_allotment (plan_number, session_id, currents, phases, charging, since)
            values (%s, %s, %s, %s, %s, %s)
            """,
            rows,
        )
    return int(number)


async def read_plans(connection: Connection, numbers: Sequence[int]) -> Mapping[int, Plan]:
    """Plans by their numbers, in order."""
    cursor = await connection.execute(_PLANS, (list(numbers),))
    return plans_of(await cursor.fetchall())


def plans_of(rows: Sequence[Sequence[Any]]) -> Mapping[int, Plan]:
    """Rows of number, bounds and an allotment each, as plans by number."""
    bounds: dict[int, Any] = {}
    parts: dict[int, dict[UUID, Allotment]] = {}
    for number, plan_bounds, session_id, currents, phases, charging, since in rows:
        bounds[number] = plan_bounds
        allotments = parts.setdefault(number, {})
        if session_id is not None:
            allotments[session_id] = Allotment(currents, phases, charging, since)
    return {number: Plan(bounds[number], allotments) for number, allotments in parts.items()}
