import asyncio
from collections.abc import Sequence

import pytest
from opentelemetry.trace import SpanKind

from services.charging.adapters.commit_group import LARGEST_GROUP, CommitGroup
from services.charging.application.ports import NotStorableError, UnavailableError
from tests.contracts.tracing.told import Told


class Store:
    """Commits when told to."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_commit = asyncio.Event()

    async def write(self, items: Sequence[int]) -> None:
        self.groups.append(list(items))
        await self.may_commit.wait()
        if -1 in items:
            raise NotStorableError("-1")
        if 0 in items:
            raise UnavailableError("gone")


async def outcome(work: "asyncio.Task[None]") -> type[BaseException] | None:
    await asyncio.wait({work})
    error = work.exception()
    return type(error) if error else None


async def test_a_trace_tells_who_was_committed_with_it_and_ends_with_it() -> None:
    told, store = Told(), Store()
    store.may_commit.set()
    group = CommitGroup(store.write)

    async def said(number: int) -> None:
        with told.begin("MeterValues", SpanKind.SERVER):
            await group.add(number)

    await asyncio.gather(*map(said, (1, 2, 3)))
    assert store.groups == [[1, 2, 3]]
    sizes = [(span.attributes or {}).get("group_size") for span in told.spans]
    assert sizes.count(3) == 3


async def test_what_comes_during_a_commit_is_committed_together() -> None:
    store = Store()
    group = CommitGroup(store.write)
    work = [asyncio.create_task(group.add(number)) for number in (1,)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work += [asyncio.create_task(group.add(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in work)
    store.may_commit.set()
    await asyncio.gather(*work)
    assert store.groups == [[1], [2, 3, 4]]


async def test_a_failed_commit_is_told_to_each() -> None:
    store = Store()
    store.may_commit.set()
    group = CommitGroup(store.write)
    work = [asyncio.create_task(group.add(number)) for number in (0, 1)]
    assert [await outcome(task) for task in work] == [UnavailableError, UnavailableError]
    await group.add(2)


async def test_one_bad_value_costs_the_others_nothing() -> None:
    store = Store()
    store.may_commit.set()
    group = CommitGroup(store.write)
    work = [asyncio.create_task(group.add(number)) for number in (1, -1, 2)]
    assert [await outcome(task) for task in work] == [None, NotStorableError, None]


async def test_words_of_one_subject_never_share_a_group() -> None:
    store = Store()
    store.may_commit.set()
    group = CommitGroup(store.write, subject=lambda number: number % 10)
    await asyncio.gather(*map(group.add, (1, 11, 2, 21, 12)))
    assert store.groups == [[1, 2], [11, 12], [21]]


async def test_a_caller_that_went_away_does_not_stop_the_others() -> None:
    store = Store()
    group = CommitGroup(store.write)
    gone = asyncio.create_task(group.add(1))
    stays = asyncio.create_task(group.add(2))
    await asyncio.sleep(0)
    gone.cancel()
    store.may_commit.set()
    await stays
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_whole_group_that_waits_is_written_beside_the_first() -> None:
    store = Store()
    subjects = LARGEST_GROUP + 5
    group = CommitGroup(store.write, subject=lambda number: number % subjects, most_writes=2)
    numbers = [1, *range(1, 3 * subjects)]
    work = []
    for number in numbers:  # One after the other, each as soon as the one before waits.
        work.append(asyncio.create_task(group.add(number)))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    first, beside = store.groups
    assert first == [1]
    assert beside == list(range(2, 2 + len(beside)))  # Without the subject that is in hand.
    assert len(beside) in {LARGEST_GROUP - 1, LARGEST_GROUP}
    store.may_commit.set()
    await asyncio.gather(*work)
    written = [number for one in store.groups for number in one]
    assert sorted(written) == sorted(numbers)
    for subject in range(subjects):
        of_it = [number for number in written if number % subjects == subject]
        assert of_it == sorted(of_it)
    # Whoever comes when all is written is written as well.
    await group.add(7)
