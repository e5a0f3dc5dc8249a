"""Wrong keys: who shows them waits, and nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain import attempts
from services.charging.domain.attempts import FORGOTTEN_AFTER, FREE, LONGEST, Attempts, source


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def waits(tried: Attempts, clock: Clock, times: int) -> list[float]:
    """After each attempt, made as soon as it counts."""
    found = []
    for _ in range(times):
        clock.now += tried.wait("CP1", "192.0.2.1")
        tried.failed("CP1", "192.0.2.1")
        found.append(tried.wait("CP1", "192.0.2.1"))
    return found


def test_each_wrong_key_makes_the_next_wait_longer() -> None:
    clock = Clock()
    found = waits(Attempts(clock), clock, FREE + 20)
    assert found[:FREE] == [0.0] * (FREE - 1) + [1.0]
    assert found[FREE : FREE + 3] == [2.0, 4.0, 8.0]
    assert found[-1] == LONGEST


def test_a_station_elsewhere_and_others_here_do_not_wait() -> None:
    clock = Clock()
    tried = Attempts(clock)
    waits(tried, clock, 20)
    assert tried.wait("CP1", "192.0.2.2") == tried.wait("CP2", "192.0.2.1") == 0.0


def test_the_right_key_and_an_hour_begin_anew() -> None:
    clock = Clock()
    tried = Attempts(clock)
    waits(tried, clock, 20)
    tried.succeeded("CP1", "192.0.2.1")
    assert tried.wait("CP1", "192.0.2.1") == 0.0
    waits(tried, clock, 20)
    clock.now += FORGOTTEN_AFTER + LONGEST
    assert waits(tried, clock, 1) == [0.0]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_REMEMBERED", 2)
    clock = Clock()
    tried = Attempts(clock)
    waits(tried, clock, FREE)
    for number in range(2):
        tried.failed(f"CP{number + 2}", "192.0.2.1")
    assert tried.wait("CP1", "192.0.2.1") == 0.0


@pytest.mark.parametrize(
    ("forwarded", "proxies", "from_"),
    [
        ("", 2, "10.0.0.1"),
        ("192.0.2.1", 2, "10.0.0.1"),
        ("192.0.2.1, 198.51.100.7", 2, "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1, 198.51.100.7", 2, "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", 1, "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", 0, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6, 198.51.100.7", 2, "2001:db8:1:2::/64"),
        ("192.0.2.1:4711, 198.51.100.7", 2, "192.0.2.1:4711"),
    ],
)
def test_the_source_is_what_our_own_proxies_say(forwarded: str, proxies: int, from_: str) -> None:
    assert source("10.0.0.1", forwarded, proxies) == from_


@given(st.text(), st.integers(0, 3))
def test_no_header_is_an_error(forwarded: str, proxies: int) -> None:
    assert source("10.0.0.1", forwarded, proxies)
