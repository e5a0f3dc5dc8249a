import datetime

import pytest

from proofs.acknowledgements import accepted, faults
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


def test_there_are_fewer_than_40(stages: dict[str, Stage]) -> None:
    """One in a construct that several stacks share is one decision."""
    decisions = {
        (built.neutral(one.rule), one.reason)
        for built in stages.values()
        for one in accepted(built)
        if one.ours
    }
    assert 20 < len(decisions) < 40
