"""What vehicles want and will take, and limits from outside, told by a station in memory."""

from datetime import timedelta
from typing import Any

import pytest

from services.charging.application.ports import Planned
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.vehicle import VehicleNeeds
from tests.charging.company import DAWN, HEARD, Company
from tests.charging.official import OCPP_2_0_1

HOUR = timedelta(hours=1)
LEAVES = "2026-03-01T15:00:00Z"


async def tell(company: Company, action: str, **payload: Any) -> Any:
    OCPP_2_0_1.check(f"{action}Request", payload)
    answer = await company.call_in("ocpp2.0.1", action, payload)
    OCPP_2_0_1.check(f"{action}Response", answer)
    return answer


async def want(company: Company, transfer: str, **needs: Any) -> tuple[str, VehicleNeeds]:
    """The answer, and what was understood."""
    answer = await tell(
        company,
        "NotifyEVChargingNeeds",
        evseId=2,
        maxScheduleTuples=3,
        chargingNeeds={"requestedEnergyTransfer": transfer, **needs},
    )
    return answer["status"], company.sites.needs[2]


def schedule(*limits: float, unit: str = "A", duration: int | None = None) -> dict[str, Any]:
    """Each limit for an hour, the last one for ever."""
    rows = [{"startPeriod": 3600 * n, "limit": limit} for n, limit in enumerate(limits)]
    lasts = {} if duration is None else {"duration": duration}
    return {"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": rows, **lasts}


async def test_alternating_current() -> None:
    alternating = {
        "energyAmount": 20_000,
        "evMinCurrent": 8,
        "evMaxCurrent": 16,
        "evMaxVoltage": 400,
    }
    status, needs = await want(
        Company(), "AC_two_phase", departureTime=LEAVES, acChargingParameters=alternating
    )
    assert status == "Rejected"  # The site is not planned.
    assert needs == VehicleNeeds(
        told_at=HEARD,
        departure_at=DAWN + 9 * HOUR,
        wanted_wh=20_000,
        minimum_ma=8_000,
        maximum_ma=16_000,
        phases=2,
        most_periods=3,
    )


@pytest.mark.parametrize(
    ("direct", "maximum_ma", "wanted_wh"),
    [
        ({"evMaxCurrent": 100, "evMaxVoltage": 400}, 57_972, None),
        ({"evMaxCurrent": 100, "evMaxVoltage": 400, "evMaxPower": 6_900}, 10_000, None),
        ({"evMaxCurrent": 0, "evMaxVoltage": 0, "evMaxPower": 6_900}, 10_000, None),
        ({"evMaxCurrent": 0, "evMaxVoltage": 0, "energyAmount": 5}, None, 5),
        (
            {
                "evMaxCurrent": 0,
                "evMaxVoltage": 0,
                "stateOfCharge": 20,
                "fullSoC": 80,
                "evEnergyCapacity": 50_000,
            },
            None,
            30_000,
        ),
    ],
)
async def test_direct_current(
    direct: dict[str, int], maximum_ma: int | None, wanted_wh: int | None
) -> None:
    _, needs = await want(Company(), "DC", dcChargingParameters=direct)
    assert (needs.direct_current, needs.phases) == (True, 3)
    assert (needs.maximum_ma, needs.wanted_wh) == (maximum_ma, wanted_wh)


async def test_a_figure_that_cannot_be_is_none() -> None:
    impossible = {
        "energyAmount": 10**18,
        "evMinCurrent": -5,
        "evMaxCurrent": 10**18,
        "evMaxVoltage": 0,
    }
    _, needs = await want(Company(), "AC_three_phase", acChargingParameters=impossible)
    assert needs == VehicleNeeds(told_at=HEARD, most_periods=3)


@pytest.mark.parametrize(
    ("planned", "status"),
    [
        (Planned("depot", has_session=True), "Accepted"),
        (Planned("depot", has_session=False), "Processing"),
        (Planned(None, has_session=True), "Rejected"),
    ],
)
async def test_a_schedule_is_promised_where_there_is_a_plan(planned: Planned, status: str) -> None:
    company = Company()
    company.sites.planned = planned
    assert (await want(company, "AC_single_phase"))[0] == status
    assert [told.action for told in company.ledger.told] == ["NotifyEVChargingNeeds"]


@pytest.mark.parametrize(
    ("taken", "fits"),
    [
        (schedule(10, 16), True),
        (schedule(10, 16.1), False),
        (schedule(10.1), False),
        (schedule(99, duration=0), True),
        (schedule(10, 16, 99), True),  # The offer ends before.
        (schedule(6900, 11_040, unit="W"), True),
        (schedule(6901, unit="W"), False),
        (schedule(10, 16, duration=10**15), True),
    ],
)
async def test_what_a_vehicle_will_take_is_held_against_its_offer(
    taken: dict[str, Any], fits: bool
) -> None:
    company = Company()
    company.sites.offer = [
        Step(DAWN, DAWN + HOUR, 10_000),
        Step(DAWN + HOUR, DAWN + 2 * HOUR, 16_000),
    ]
    answer = await tell(
        company,
        "NotifyEVChargingSchedule",
        evseId=2,
        timeBase=DAWN.isoformat(),
        chargingSchedule=taken,
    )
    assert answer["status"] == ("Accepted" if fits else "Rejected")
    assert [kept for _, kept in company.sites.taken] == [fits]


async def test_a_limit_from_outside_is_a_line_of_its_own_until_it_is_cleared() -> None:
    company = Company()

    async def limit(source: str, **more: Any) -> None:
        await tell(
            company, "NotifyChargingLimit", chargingLimit={"chargingLimitSource": source}, **more
        )

    await limit("SO", evseId=2, chargingSchedule=[schedule(10, 16)])
    await limit("EMS", chargingSchedule=[schedule(4140, unit="W", duration=3600)])
    await limit("Other")
    of_evse, of_station, without = (limit.line for limit in company.sites.limits)
    assert of_evse.within(HEARD, HEARD + HOUR).l1 == 10_000
    assert of_evse.within(HEARD + 9 * HOUR, HEARD + 10 * HOUR).l3 == 16_000
    assert (of_evse.carries("CP1", 2), of_evse.carries("CP1", 1)) == (True, False)
    assert of_station.within(HEARD, HEARD + HOUR).l2 == 6_000
    assert of_station.within(HEARD + HOUR, HEARD + 2 * HOUR).l2 > 1_000_000
    assert (of_station.carries("CP1", 2), of_station.carries("CP2", 2)) == (True, False)
    assert without.windows == ()
    await tell(company, "ClearedChargingLimit", chargingLimitSource="SO", evseId=2)
    assert [limit.source for limit in company.sites.limits] == ["EMS", "Other"]
