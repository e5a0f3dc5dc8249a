"""A million generated frames: no crash, no leak, and no call without its answer.

In process against the protocol, the messages and the handlers; a share over a socket against the
running program.

    python -m benchmarks.ocpp_fuzz --frames 1000000 --over-socket 50000
"""

import argparse
import asyncio
import gc
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.nodes import running_node
from simulator.connection import Connection
from tests.charging.fuzz import ANSWERED, WORDS, Core, Sent, frames
from tests.charging.program import KEY, ChargingProgram

WARMED_UP = 40_000
"""Frames before memory is looked at."""
BURST = 8


def main() -> None:
    """Print what came of it; ends with an error at the first frame that breaks something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--over-socket", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    for version, words in WORDS.items():
        share = wanted.frames // len(WORDS)
        asyncio.run(_in_process(version, frames(wanted.seed, words), share))
    with running_node() as program:
        for version, words in WORDS.items():
            share = wanted.over_socket // len(WORDS)
            program.register("FUZZED")
            asyncio.run(_over_socket(version, frames(wanted.seed, words), share, program))


async def _in_process(version: str, generated: Iterator[Sent], number: int) -> None:
    core = Core(version)
    for sent in itertools.islice(generated, WARMED_UP):
        await core.take(sent)
    before, began_at = _memory(os.getpid()), time.perf_counter()
    calls = 0
    for sent in itertools.islice(generated, number - WARMED_UP):
        await core.take(sent)
        calls += sent.call is not None
    seconds = time.perf_counter() - began_at
    _tell(
        f"{version} in process", number, calls, seconds, _memory(os.getpid()) - before, core.answers
    )


async def _over_socket(
    version: str, generated: Iterator[Sent], number: int, program: ChargingProgram
) -> None:
    connection = await Connection.open(program.stations_url, "FUZZED", KEY, version=version)
    answers: Counter[str] = Counter()
    warmed_up = min(WARMED_UP, number // 2)
    calls = await _talk(connection, itertools.islice(generated, warmed_up), answers)
    before, began_at = _memory(program.pid), time.perf_counter()
    calls += await _talk(connection, itertools.islice(generated, number - warmed_up), answers)
    seconds = time.perf_counter() - began_at
    _tell(
        f"{version} over a socket", number, calls, seconds, _memory(program.pid) - before, answers
    )
    await connection.close()


async def _talk(connection: Connection, sent: Iterator[Sent], answers: Counter[str]) -> int:
    calls = 0
    while burst := list(itertools.islice(sent, BURST)):
        connection.unexpected.clear()
        for one in burst:
            if _is_text(one.frame):
                await connection.send(one.frame)
        # Calls are answered in order: when this one is, all are.
        await connection.call("Heartbeat", {})
        answered = Counter(answer[1] for answer in connection.unexpected)
        for one in burst:
            if one.call is not None and _is_text(one.frame):
                if answered[one.call] != 1:
                    raise RuntimeError(f"{answered[one.call]} answers to {one}")
                calls += 1
        answers.update(a[2] if a[0] == 4 else ANSWERED for a in connection.unexpected)
    return calls


def _is_text(frame: str | bytes) -> bool:
    """A lone surrogate cannot be sent in a WebSocket's text."""
    return isinstance(frame, bytes) or not any("\ud800" <= letter <= "\udfff" for letter in frame)


def _memory(process: int) -> int:
    """Resident, in KiB."""
    gc.collect()
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _tell(
    where: str, number: int, calls: int, seconds: float, growth: int, answers: Counter[str]
) -> None:
    sys.stdout.write(
        f"{where}: {number:,} frames, {calls:,} calls, each answered once,"
        f" {growth:+,} KiB in {seconds:.0f} s\n"
    )
    for code, times in answers.most_common():
        sys.stdout.write(f"  {code:32}{times:>10,}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
