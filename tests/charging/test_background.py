"""Work that fails costs nobody the program, and does not fail unnoticed."""

import asyncio
import logging

import pytest

from services.charging.entrypoints.background import go_on


async def test_work_that_fails_is_logged_as_an_error_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [RuntimeError("odd"), KeyError("odder")]
    finish = asyncio.Event()

    async def run() -> None:
        if faults:
            raise faults.pop(0)

    await asyncio.wait_for(go_on(run, finish=finish, again_after=0), 5)
    assert not faults
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


async def test_work_that_fails_on_the_way_out_is_not_begun_again() -> None:
    finish = asyncio.Event()
    runs = []

    async def run() -> None:
        runs.append(1)
        if len(runs) == 2:
            finish.set()
        raise RuntimeError

    await asyncio.wait_for(go_on(run, finish=finish, again_after=0), 5)
    assert len(runs) == 2


async def test_who_waits_to_begin_again_ends_at_once() -> None:
    finish = asyncio.Event()

    async def run() -> None:
        asyncio.get_running_loop().call_soon(finish.set)
        raise RuntimeError

    await asyncio.wait_for(go_on(run, finish=finish, again_after=3600), 5)
