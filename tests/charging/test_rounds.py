"""What is looked after by and by."""

import asyncio

import pytest

from services.charging.application.ports import NotStorableError, UnavailableError
from services.charging.application.rounds import Rounds


async def test_a_look_in_vain_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    looks = [UnavailableError("away"), NotStorableError("odd"), None]

    async def look() -> None:
        came = looks.pop(0)
        if came is not None:
            raise came
        rounds.finish()

    rounds = Rounds(look, every=0, failed="in vain")
    await asyncio.wait_for(rounds.run(), 5)
    assert caplog.messages == ["in vain"] * 2
