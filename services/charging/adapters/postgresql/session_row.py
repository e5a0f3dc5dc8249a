"""A row of the table ``session`` as a `Session`."""

from collections.abc import Sequence
from typing import Any, LiteralString

from services.charging.domain.sessions import Ending, Session

COLUMNS: LiteralString = """
    session.id, session.transaction_id, session.station_id, session.site_id, session.time_zone,
    session.connector_id, session.token_uid, session.authorization_status, session.started_at,
    session.meter_start_wh, session.ended_at, session.meter_stop_wh, session.energy_wh,
    session.stop_reason, session.reservation_number, session.tariff_version is not null
"""


def session_of(row: Sequence[Any]) -> Session:
    """The session in a row that begins with `COLUMNS`."""
    ended_at, meter_stop_wh, energy_wh, reason = row[10:14]
    ending = None
    if ended_at is not None:
        ending = Ending(
            ended_at=ended_at, meter_stop_wh=meter_stop_wh, energy_wh=energy_wh, reason=reason
        )
    return Session(
        id=row[0],
        transaction_id=row[1],
        station_id=row[2],
        site_id=row[3],
        time_zone=row[4],
        connector_id=row[5],
        token_uid=row[6],
        authorization=row[7],
        started_at=row[8],
        meter_start_wh=row[9],
        reservation_number=row[14],
        ad_hoc=row[15],
        ending=ending,
    )
