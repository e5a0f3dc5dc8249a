"""Under load each part is killed in turn, and started again: nothing is lost, nothing is twice."""

from collections.abc import Iterator

import pytest

from tests.charging.drill import PARTS, Drill, drill

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with drill(tmp_path_factory.mktemp("drill")) as drilled:
        yield drilled


@pytest.mark.parametrize("part", PARTS)
def test_what_was_acknowledged_is_there_once(drilled: Drill, part: str) -> None:
    stations = [f"{part.split()[-1].upper()}{number}" for number in range(20)]
    counted = drilled.run(part, stations, charges=6)
    assert counted.charges == 120
    assert counted.nothing_is_lost, counted
