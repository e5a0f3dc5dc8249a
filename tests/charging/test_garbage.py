"""Garbage is looked for at times."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from services.charging.entrypoints.garbage import LOOKS_FOR_ALL, looks


class Cycle:
    """Only a look for garbage ends it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _only_when_asked() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


async def test_what_is_young_goes_at_the_next_look() -> None:
    look = looks()
    of_cycle = weakref.ref(Cycle())
    assert of_cycle() is not None
    await look()
    assert of_cycle() is None


async def test_what_grew_old_goes_when_everything_is_looked_through() -> None:
    look = looks()
    cycle = Cycle()
    of_cycle = weakref.ref(cycle)
    await look()
    del cycle
    for _ in range(2, LOOKS_FOR_ALL):
        await look()
    assert of_cycle() is not None
    await look()
    assert of_cycle() is None
