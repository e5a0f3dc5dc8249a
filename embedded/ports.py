"""TCP ports of this machine: whether one is free, and who holds it."""

import hashlib
import socket
import sys
from ipaddress import IPv4Address
from pathlib import Path

_LISTENING, _ESTABLISHED = "0A", "01"
"""States TCP_LISTEN and TCP_ESTABLISHED in ``/proc/net/tcp`` (include/net/tcp_states.h)."""

_DATABASES = range(15432, 32768, 64)
"""Below the ports that Linux gives to outgoing connections; each the first of a machine's 64."""


def of_databases(machine: Path) -> int:
    """The first port that the machine's databases try.

    It follows from the folder: two machines that start at once then do not both find the same
    port free, but for one chance in some 270.
    """
    number = int.from_bytes(hashlib.sha256(str(machine).encode()).digest()[:4], "big")
    return _DATABASES[number % len(_DATABASES)]


def is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a program could listen there now; connections in TIME_WAIT do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def answers(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a program accepts connections there."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def connected(port: int, address: str) -> bool:
    """Whether a program that listens there has a client."""
    local = f"{int.from_bytes(IPv4Address(address).packed, sys.byteorder):08X}:{port:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines())
    return any(fields[1] == local and fields[3] == _ESTABLISHED for fields in lines)


def holder(port: int) -> str:
    """The program that listens on the port, as far as this user may know."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(str(handle.readlink()) in inodes for handle in (entry / "fd").iterdir()):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                return f"process {entry.name} ({command})"
        except OSError:  # ended meanwhile, or another user's
            continue
    return "another program"
