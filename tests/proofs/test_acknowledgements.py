import datetime

import pytest

from proofs.acknowledgements import accepted, decisions, faults, too_many
from proofs.assembly import Acknowledgement, Stage
from tests.proofs.stages import stage

TODAY = datetime.date(2026, 11, 21)
RULE = "AwsSolutions::AwsSolutions-SMG4"
REASON = "People change it. [billing, until 2026-12-31]"


def with_one(reason: str = REASON, rule: str = RULE, needed: bool = True) -> Stage:
    built = stage(secrets={}, acknowledged=(Acknowledgement("secrets/Token", rule, reason),))
    finding = {"acknowledgedAt": "live/secrets/Token", "acknowledgedId": rule}
    found = [finding] if needed else []
    built.report["pluginReports"] = [{"suppressedViolations": found}]
    return built


def test_an_acknowledgement_names_owner_and_last_day() -> None:
    (one,) = accepted(with_one())
    assert (one.reason, one.owner) == ("People change it.", "billing")
    assert one.until == datetime.date(2026, 12, 31)
    assert list(faults(with_one(), TODAY)) == []


@pytest.mark.parametrize(("day", "expired"), [("2026-11-21", False), ("2026-11-20", True)])
def test_its_last_day_counts(day: str, expired: bool) -> None:
    found = list(faults(with_one(f"People change it. [billing, until {day}]"), TODAY))
    assert bool(found) == expired
    assert all(f"was accepted until {day} (billing)" in fault for fault in found)


def test_one_that_nothing_finds_is_told() -> None:
    (fault,) = faults(with_one(needed=False), TODAY)
    assert fault == f"live/secrets/Token: {RULE} is accepted, and nothing finds it any more"


def test_what_is_needed_is_unknown_where_nothing_was_validated() -> None:
    built = with_one(needed=False)
    built.report.clear()
    assert list(faults(built, TODAY)) == []


def test_one_without_terms_is_told() -> None:
    (fault,) = faults(with_one("People change it."), TODAY)
    assert "names no owner and no day" in fault


def test_the_library_answers_for_its_own() -> None:
    of_the_cdk = with_one("Known.", "CloudFormation-Validate::W3010", needed=False)
    assert list(faults(of_the_cdk, TODAY)) == []
    assert [one.ours for one in accepted(of_the_cdk)] == [False]


def test_one_that_stacks_and_stages_share_is_counted_once() -> None:
    shared = [Acknowledgement(f"{stack}/Task", RULE, REASON) for stack in ("billing", "charging")]
    live, qa = (stage(name, acknowledged=tuple(shared), billing={}, charging={}) for name in "ab")
    assert len(accepted(live)) == 2
    assert decisions([live, qa]) == {(RULE, "People change it.", "billing")}


def test_40_are_too_many() -> None:
    some = tuple(Acknowledgement("secrets/Token", f"{RULE}[{n}]", REASON) for n in range(40))
    (fault,) = too_many([stage(secrets={}, acknowledged=some)])
    assert fault.startswith("40 findings are accepted, and 40 are too many")
    assert not list(too_many([stage(secrets={}, acknowledged=some[:39])]))


def test_there_are_fewer_in_all(stages: dict[str, Stage]) -> None:
    assert len(decisions(stages.values())) > 20
    assert not list(too_many(stages.values()))
