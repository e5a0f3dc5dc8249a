"""Messages of the queue of solar surplus."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from contracts.site_surplus import SiteSurplus, SurplusReport, encode
from services.charging.application.ports import NotStorableError, UnavailableError
from services.charging.application.scope import Scope
from services.charging.application.smart_charging.surplus_intake import (
    SurplusIntake,
    SurplusMessage,
)
from services.charging.domain.smart_charging.surplus import Surplus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeSide:
    """Queue and book; nordwind has a depot."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.kept: dict[tuple[str, datetime], int] = {}
        self.changed: list[str] = []
        self.fails: Exception | None = None

    async def receive(self) -> Sequence[SurplusMessage]:
        return ()

    async def delete(self, messages: Sequence[SurplusMessage]) -> None:
        self.deleted += [message.receipt for message in messages]

    async def put_surplus(self, scope: Scope, site_id: str, figures: Sequence[Surplus]) -> bool:
        if self.fails:
            raise self.fails
        if (scope.company_id, site_id) != ("nordwind", "depot"):
            return False
        self.kept |= {(site_id, figure.begins_at): figure.watts for figure in figures}
        return True

    async def take(self, *bodies: str) -> None:
        intake = SurplusIntake(self, self, self.changed.append)
        await intake.take([SurplusMessage(body, str(n)) for n, body in enumerate(bodies)])


def body(watts: int = 5000, company: str = "nordwind", at: datetime = NOON) -> str:
    return encode(SurplusReport(company, "depot", (SiteSurplus(at, watts),))).decode()


async def test_figures_are_kept_once_and_the_site_is_planned() -> None:
    side = FakeSide()
    await side.take(body(), body(), body(6000))
    assert side.kept == {("depot", NOON): 6000}
    assert side.deleted == ["0", "1", "2"]
    assert set(side.changed) == {"depot"}


@pytest.mark.parametrize(
    "wrong",
    [
        "no JSON",
        "{}",
        body(company="suedwind"),
        body(at=NOON.replace(tzinfo=None)),
    ],
)
async def test_what_cannot_be_taken_stays_in_the_queue(wrong: str) -> None:
    side = FakeSide()
    await side.take(wrong, body())
    assert side.deleted == ["1"]
    assert side.changed == ["depot"]


async def test_a_figure_that_nothing_can_hold_stays_in_the_queue() -> None:
    side = FakeSide()
    side.fails = NotStorableError("10^12 W")
    await side.take(body())
    assert side.deleted == []


async def test_nothing_is_deleted_before_it_is_kept() -> None:
    side = FakeSide()
    side.fails = UnavailableError("away")
    with pytest.raises(UnavailableError):
        await side.take(body())
    assert (side.deleted, side.changed) == ([], [])
