"""Loopback addresses: one for each running task, as an awsvpc task has its own.

All of 127.0.0.0/8 is this machine (RFC 1122, section 3.2.1.3), so a server may listen on any of
its 16 million addresses, each with all ports.
"""

import hashlib
import threading
from ipaddress import IPv4Address
from pathlib import Path

_FIRST = IPv4Address("127.16.0.0")
_BLOCKS = 60_000
_BLOCK_SIZE = 256


class AddressesExhaustedError(Exception):
    """As many containers run as the machine's block has addresses."""


class Addresses:
    """A block of 254 addresses that follows from the machine's folder.

    Two machines on one host so have two blocks, but for one chance in 60,000.
    """

    def __init__(self, machine: Path) -> None:
        number = int.from_bytes(hashlib.sha256(str(machine).encode()).digest()[:4], "big")
        self._block = _FIRST + (number % _BLOCKS) * _BLOCK_SIZE
        self._taken: dict[str, str] = {}
        self._next = 0
        self._lock = threading.Lock()

    def take(self, owner: str) -> str:
        """The owner's address; the same as long as it is not released.

        A released address comes round last, so that no client of the former meets the new.
        """
        with self._lock:
            if owner in self._taken:
                return self._taken[owner]
            in_use = set(self._taken.values())
            for _ in range(_BLOCK_SIZE - 2):
                self._next = self._next % (_BLOCK_SIZE - 2) + 1
                address = str(self._block + self._next)
                if address not in in_use:
                    self._taken[owner] = address
                    return address
        raise AddressesExhaustedError(f"{_BLOCK_SIZE - 2} containers run on this machine")

    def release(self, owner: str) -> None:
        """The owner is gone."""
        with self._lock:
            self._taken.pop(owner, None)
