"""Whatever happens at a site, its vehicles together never draw more than its limit."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.smart_charging.situation import Preferences
from tests.charging.smart_charging.modelled_site import BEARS, ModelledSite, ModelledStation

MINUTE = timedelta(minutes=1)
NAMES = ["CP1", "CP2", "CP3", "CP4"]


def site(limit: int = 40_000, names: list[str] = NAMES) -> ModelledSite:
    return ModelledSite(limit, {name: ModelledStation() for name in names})


async def go_on(site: ModelledSite, minutes: int) -> None:
    for _ in range(minutes):
        site.now += MINUTE
        if site.due_at <= site.now:
            await site.plan()
        check(site)


def check(site: ModelledSite) -> None:
    """What CP1 draws cannot always be helped; then the others draw nothing."""
    if site.now >= site.claimed_until:
        assert site.load <= max(site.limit, site.stations["CP1"].draws(site.now)), site.now


events = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from(NAMES)),
    st.tuples(st.just("end"), st.sampled_from(NAMES)),
    st.tuples(st.just("limit"), st.integers(0, 800)),
    st.tuples(st.just("mode"), st.sampled_from(["Accepted", "Rejected", "deaf", "mute"])),
    st.tuples(st.just("connected"), st.booleans()),
    st.tuples(st.just("another begins unseen"), st.none()),
    st.tuples(st.just("killed"), st.integers(0, 4)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), events), max_size=25))
async def test_never_over_the_limit(story: list[tuple[int, tuple[str, object]]]) -> None:
    """One station gives trouble, and nodes die."""
    it = site()
    trouble = it.stations["CP1"]
    await it.plan()
    for minutes, (event, value) in story:
        match event, value:
            case "begin", str(name):
                if it.stations[name].charges or not it.stations[name].is_connected:
                    continue
                it.begin(name)
            case "end", str(name):
                it.end(name)
            case "limit", int(tenths):
                it.limit = tenths * 100
            case "mode", str(mode):
                trouble.mode = mode
            case "connected", bool(is_connected):
                trouble.is_connected = is_connected
            case "another begins unseen", _:
                if trouble.is_connected or not trouble.charges:
                    continue
                trouble.schedule = None
            case "killed", int(calls):
                it.calls_left = calls
        await it.plan()
        check(it)
        await go_on(it, minutes)


async def test_a_station_that_never_said_yes_may_draw_what_it_heard() -> None:
    it = site(32_000, ["CP1", "CP2"])
    await it.plan()
    it.begin("CP1")
    it.begin("CP2")
    await it.plan()
    it.stations["CP1"].mode = "mute"
    it.end("CP2")
    await it.plan()
    assert it.load == BEARS  # It raised itself, and did not say so.
    it.begin("CP2")
    await it.plan()
    assert it.stations["CP2"].draws(it.now) == 0


async def test_a_node_that_dies_while_it_tells_leaves_behind_what_stations_may_have_heard() -> None:
    it = site(32_000, ["CP1", "CP2"])
    await it.plan()
    it.begin("CP1")
    it.begin("CP2")
    await it.plan()
    it.end("CP2")
    it.calls_left = 1
    await it.plan()
    assert it.load == BEARS  # Raised, and nobody knows.
    it.begin("CP2")
    await go_on(it, 30)
    assert it.load == it.limit


async def test_a_site_that_nobody_hears_any_more_goes_on_within_its_limit() -> None:
    """Its line to the world fails: all its stations go on by what each heard last."""
    it = site(20_000)
    await it.plan()
    for name in NAMES:
        it.begin(name)
        await it.plan()
        await go_on(it, 25)
    for station in it.stations.values():
        station.is_connected = False
    await go_on(it, 60 * 24)


async def test_what_a_station_away_may_begin_unseen_is_kept_free() -> None:
    """Its session has all it wanted, so it pauses: when it ends, the next one has the default."""
    it = site(16_000, ["CP1", "CP2"])
    await it.plan()
    it.begin("CP1")
    it.begin("CP2", Preferences(wanted_wh=0))
    await it.plan()
    assert [one.draws(it.now) for one in it.stations.values()] == [16_000, 0]
    it.stations["CP2"].is_connected = False
    await it.plan()
    it.stations["CP2"].schedule = None
    assert [one.draws(it.now) for one in it.stations.values()] == [8_000, 8_000]


async def test_a_quiet_site_is_told_once_an_hour() -> None:
    it = site()
    await it.plan()
    for name in NAMES:
        it.begin(name)
    await it.plan()
    it.heard = 0
    await go_on(it, 24 * 60 - 1)
    assert it.heard <= 24 * len(NAMES)


async def test_a_default_is_not_raised_under_a_session_that_nothing_else_bounds() -> None:
    it = site(12_000, ["CP1", "CP2"])
    it.stations["CP1"].mode = "Rejected"
    await it.plan()
    it.begin("CP1")
    it.begin("CP2")
    await it.plan()
    it.limit = 32_000
    await it.plan()
    assert [one.draws(it.now) for one in it.stations.values()] == [6_000, 26_000]
    it.end("CP1")
    await it.plan()
    assert it.stations["CP1"].default_ma == 16_000


@pytest.mark.parametrize("seconds", [0, 3])
@pytest.mark.parametrize("again_every", [7, 60])
async def test_nobody_is_starved_by_plan_after_plan(seconds: int, again_every: int) -> None:
    it = site(12_000, [*NAMES, "CP5"])
    it.now += timedelta(seconds=seconds)
    for name in it.stations:
        it.begin(name)
    await it.plan()
    waits = dict.fromkeys(it.stations, 0)
    for minute in range(6 * 60):
        it.now += MINUTE
        if it.due_at <= it.now or minute % again_every == 0:
            await it.plan()
        for name, station in it.stations.items():
            waits[name] = 0 if station.draws(it.now) else waits[name] + 1
        assert max(waits.values()) <= 60 + 15 * len(it.stations)
