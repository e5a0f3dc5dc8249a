"""Real sessions, each through real messages on its station's connection."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo import billing as billing_side
from demo import charging as charging_side
from demo.rest import RestApi
from demo.scenario import of_sessions
from demo.session_file import read
from demo.summary import Outcome
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end

REAL = Path(__file__).parents[3] / "shared" / "data" / "workplace_charging_sessions.csv"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.skipif(not REAL.exists(), reason=f"the real sessions are not there: {REAL}")
async def test_recorded_sessions_become_records_and_invoices_to_the_watt_hour(
    playground: Playground, charging: RestApi, billing: RestApi
) -> None:
    sessions, _ = read(REAL, NEW_YORK)
    shortest_and_longest = sorted(sessions, key=lambda s: (s.energy_wh, s.ended_at - s.started_at))
    scenario = of_sessions([*shortest_and_longest[:100], *shortest_and_longest[-100:]], NEW_YORK)
    assert 0 in {charge.energy_wh for charge in scenario.charges}
    await billing_side.put_contracts(billing, scenario)
    keys = await charging_side.register(charging, scenario)
    front_door = playground.machine.front_door
    await charging_side.play(charging, front_door, scenario, keys, lambda _: None)
    ledger = await billing_side.wait_for_records(billing, scenario)
    invoices = await billing_side.close_months(billing, scenario)
    Outcome(scenario, ledger, invoices, {}).check()
    assert ledger.records == 200
