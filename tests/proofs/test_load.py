from decimal import Decimal

import pytest

from proofs import cost_page, load
from proofs.assembly import Json, Stage
from proofs.load import Use, cost, faults, lines
from tests.proofs.stages import resource, stage


@pytest.fixture(autouse=True)
def stated(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "environment": {"live": {"devices": 100}, "organization": {}},
        "limit": [{"environment": "live", "stack": "telemetry", "usd": 20, "because": "R19"}],
        "use": [
            {
                "stack": "telemetry",
                "what": "write",
                "usd": "0.5",
                "each": {"devices": "0.2", "always": "2"},
                "assumes": "two",
                "source": "none found",
            }
        ],
    }
    monkeypatch.setattr(load, "_read", lambda: known)


def budget(usd: int) -> dict[str, Json]:
    limit = {"Amount": usd, "Unit": "USD"}
    return {"Budget": resource("AWS::Budgets::Budget", Budget={"BudgetLimit": limit})}


def live(usd: int, gateways: int = 0) -> Stage:
    nat = {f"Nat{n}": resource("AWS::EC2::NatGateway") for n in range(gateways)}
    return stage("live", telemetry={}, budget=budget(usd), network=nat)


def test_a_load_is_paid_by_its_drivers_and_by_what_is_always_there() -> None:
    (line,) = lines(live(50))
    assert (line.stack, str(line.item), line.item.monthly) == (
        "telemetry",
        "22 × write × 0.5",
        Decimal("11.00"),
    )


def test_units_that_are_free_are_not_paid() -> None:
    use = Use("auth", "person", Decimal(1), {"people": Decimal(1)}, "", "", free=Decimal(10))
    assert use.of({"people": Decimal(4)}).monthly == 0
    assert use.of({"people": Decimal(12)}).monthly == 2


def test_a_budget_that_does_not_hold_the_load_is_told_with_by_how_much() -> None:
    assert list(faults([live(49, gateways=1)])) == []
    (fault,) = faults([live(48, gateways=1)])
    assert fault == (
        "live would cost 48.96 USD a month under its load, 0.96 more than its budget of 48; the "
        "dearest: network: 1 × NAT gateway × 0.052 × 730 h = 37.96; telemetry: 22 × write × 0.5 "
        "= 11.00"
    )


def test_the_organisations_budget_is_that_of_all() -> None:
    around = stage("organization", budget=budget(10))
    (fault,) = faults([live(50), around])
    assert fault.startswith("organization would cost 11.00 USD a month")


def test_a_part_over_its_limit_is_told() -> None:
    dearer = stage(
        "live",
        budget=budget(99),
        telemetry={"Nat": resource("AWS::EC2::NatGateway")},
    )
    (fault,) = faults([dearer])
    assert fault.startswith(
        "live/telemetry would cost 48.96 USD a month under its load, 28.96 more"
    )


def test_a_stage_without_a_load_or_a_budget_is_told() -> None:
    assert list(faults([stage("sandbox")])) == [
        "sandbox has no load: add [environment.sandbox] to load.toml",
        "sandbox has no budget",
    ]


def test_a_change_is_told_with_what_it_costs() -> None:
    assert list(cost_page.changes([live(50)], [live(50, gateways=2)])) == [
        "+ live/network: 2 × NAT gateway × 0.052 × 730 h = 75.92",
        "live: 86.92 USD a month, +75.92 under the same load",
    ]


def test_a_price_without_a_source_is_marked() -> None:
    assert "| telemetry | 22 × write × 0.5 † | 11.00 |" in cost_page.page([live(50)])


@pytest.mark.usefixtures("unstated")
def test_every_budget_holds_its_load(stages: dict[str, Stage]) -> None:
    assert list(faults(list(stages.values()))) == []


@pytest.mark.usefixtures("unstated")
def test_every_use_is_that_of_a_stack_and_of_a_load_that_there_is(
    stages: dict[str, Stage],
) -> None:
    stacks = {stack.name for one in stages.values() for stack in one.stacks}
    drivers = {driver for one in load.loads().values() for driver in one} | {load.ALWAYS}
    for use in load.uses():
        assert use.stack in stacks
        assert use.each.keys() <= drivers
    assert cost(lines(stages["live"])) > cost(lines(stages["dev"]))


@pytest.fixture
def unstated(stated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real load."""
    monkeypatch.undo()
