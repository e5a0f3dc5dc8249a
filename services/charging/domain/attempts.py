"""Who shows a wrong key again and again waits, longer each time.

A key that the program made has 160 bits, so nobody finds one; one that a person chose may be worse,
and each attempt costs the database a question. What waits is a station at a source: whoever tries
a station's keys from elsewhere keeps nobody out.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Network

FREE = 5
"""Wrong keys before anybody waits: a person mistypes one."""
LONGEST = 300.0
"""Seconds; as long may it take until a station that was given its right key comes."""
FORGOTTEN_AFTER = 3600.0
"""Seconds without an attempt."""
MOST_REMEMBERED = 10_000
"""Stations at sources; of more the one that failed longest ago is forgotten."""


@dataclass(slots=True)
class _Failed:
    times: int
    at: float


class Attempts:
    """Those of one node."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: seconds that only grow."""
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], _Failed] = OrderedDict()

    def wait(self, station_id: str, source: str) -> float:
        """Seconds until the next attempt counts; 0: now."""
        failed = self._failed.get((station_id, source))
        if failed is None or failed.times < FREE:
            return 0.0
        pause: float = min(LONGEST, 2.0 ** (failed.times - FREE))
        return max(0.0, failed.at + pause - self._clock())

    def failed(self, station_id: str, source: str) -> None:
        """A wrong key of a station that there is: names that are made up would fill the memory."""
        key, now = (station_id, source), self._clock()
        before = self._failed.pop(key, None)
        if before is not None and now - before.at > FORGOTTEN_AFTER:
            before = None
        self._failed[key] = _Failed(1 + (before.times if before else 0), now)
        if len(self._failed) > MOST_REMEMBERED:
            self._failed.popitem(last=False)

    def succeeded(self, station_id: str, source: str) -> None:
        """The right one: it begins anew."""
        self._failed.pop((station_id, source), None)


def source(peer: str, forwarded: str, proxies: int) -> str:
    """The address that an attempt comes from; of IPv6 the network, as it is one customer's.

    `forwarded`: ``X-Forwarded-For``, to whose end each of so many `proxies` before the program has
    added whom it heard. What stands before that is the client's own word.
    """
    addresses = [one.strip() for one in forwarded.split(",") if one.strip()]
    heard = addresses[-proxies] if 0 < proxies <= len(addresses) else peer
    if ":" not in heard:
        return heard
    try:
        return str(IPv6Network((heard, 64), strict=False))
    except ValueError:  # With a port, or whatever our proxies may come to say.
        return heard
