"""Whatever is sent: no crash, no leak, and every call is answered once."""

import gc
import itertools
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.charging.examples import MESSAGES
from tests.charging.fuzz import WORDS, Core, Sent, frames

SHARE = 25_000
"""Of the million of ``python -m benchmarks.ocpp_fuzz``."""
MOST_GROWTH = 64 * 1024
"""Bytes: what the interpreter itself may have learnt."""

texts = st.text(max_size=20)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("version", WORDS)
async def test_generated_frames_crash_nothing_and_every_call_is_answered(version: str) -> None:
    core = Core(version)
    for sent in itertools.islice(frames(1, WORDS[version]), SHARE):
        await core.take(sent)


async def test_generated_frames_leave_nothing_behind() -> None:
    core = Core("ocpp1.6")
    generated = frames(2, WORDS["ocpp1.6"])

    async def take(number: int) -> int:
        for sent in itertools.islice(generated, number):
            await core.take(sent)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await take(2_000)
        assert await take(4_000) - before < MOST_GROWTH
    finally:
        tracemalloc.stop()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(MESSAGES)), st.dictionaries(texts, anything, max_size=4), st.data())
async def test_any_payload_is_answered(
    action: str, payload: dict[str, Any], data: st.DataObject
) -> None:
    for name in MESSAGES[action]:
        kept = data.draw(st.booleans(), name)
        payload[name] = MESSAGES[action][name] if kept else data.draw(anything, name)
    await Core("ocpp1.6").take(Sent(json.dumps([2, "1", action, payload]), "1"))
