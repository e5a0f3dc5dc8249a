"""What the tests of misbehaving stations look at afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from simulator.charge import Charge
from simulator.station import Station
from tests.charging.program import ChargingProgram

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CHARGE = Charge(
    connector=1,
    token="CARD1",
    started_at=NOON,
    ended_at=NOON + timedelta(hours=2),
    energy_wh=7_450,
)


def sessions(program: ChargingProgram, station: Station) -> list[dict[str, Any]]:
    """Latest first."""
    found: list[dict[str, Any]] = program.get("/sessions", station_id=station.station_id)["items"]
    return found


def rules(program: ChargingProgram, station: Station) -> set[str]:
    """Of the quarantine."""
    found = program.get("/quarantine", station_id=station.station_id, limit="100")["items"]
    return {record["rule"] for record in found}


def the_charge(program: ChargingProgram, station: Station) -> dict[str, Any]:
    """The one session, ended, with the energy of `CHARGE`."""
    [session] = sessions(program, station)
    assert (session["status"], session["energy_wh"]) == ("ended", CHARGE.energy_wh)
    return session


def registers(program: ChargingProgram, station: Station) -> list[int | None]:
    with psycopg.connect(program.database.conninfo) as connection:
        rows = connection.execute(
            "select register_wh from meter_reading where station_id = %s order by measured_at",
            (station.station_id,),
        )
        return [register_wh for (register_wh,) in rows.fetchall()]
