"""Health checks of targets, as a load balancer makes them.

Follows "Health checks for Application Load Balancer target groups" of the user guide: a new target
is ``initial`` until one check passes; then it takes the thresholds in a row to change its state.
One difference: an initial target is checked every second, whatever the interval.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.front_door.deployment import HealthCheck, Target, TargetGroup

_INITIAL_SECONDS = 1.0


@dataclass
class TargetHealth:
    """What the checks of one target came to."""

    state: str = "initial"
    """``initial``, ``healthy`` or ``unhealthy`` (TargetHealth of the API)."""
    reason: str = "health checks in progress"
    streak: int = 0
    """Checks in a row that speak against the state."""
    due: float = 0.0
    """Monotonic time of the next check."""

    def take(self, check: HealthCheck, failure: str | None) -> bool:
        """Count one check's outcome; returns whether the state changed."""
        passed = failure is None
        self.due = time.monotonic() + check.interval_seconds
        if self.state == "initial":
            if not passed:
                self.reason = failure or ""
                self.due = time.monotonic() + _INITIAL_SECONDS
                return False
            self.state, self.reason = "healthy", ""
            return True
        if passed == (self.state == "healthy"):
            self.streak = 0
            return False
        self.streak += 1
        needed = check.healthy_threshold if passed else check.unhealthy_threshold
        if self.streak < needed:
            return False
        self.state, self.reason = ("healthy", "") if passed else ("unhealthy", failure or "")
        self.streak = 0
        return True


class HealthChecks:
    """The health of every registered target."""

    def __init__(self, report: Path) -> None:
        """`report` is the file that tells the control plane, as JSON."""
        self._report = report
        self._health: dict[tuple[str, Target], TargetHealth] = {}

    def healthy(self, group: TargetGroup) -> list[Target]:
        """The targets that may get requests now."""
        return [
            target
            for target in group.targets
            if self._health.get((group.arn, target), TargetHealth()).state == "healthy"
        ]

    async def run_due(self, groups: Mapping[str, TargetGroup]) -> None:
        """Make every check that is due, at once; forget targets that are gone."""
        wanted = {(group.arn, target) for group in groups.values() for target in group.targets}
        changed = self._health.keys() != wanted
        self._health = {key: self._health.get(key) or TargetHealth() for key in wanted}
        now = time.monotonic()
        due = [key for key, health in self._health.items() if health.due <= now]
        outcomes = await asyncio.gather(
            *(_check(groups[arn].health_check, target) for arn, target in due)
        )
        for key, failure in zip(due, outcomes, strict=True):
            changed |= self._health[key].take(groups[key[0]].health_check, failure)
        if changed:
            self._tell()

    def _tell(self) -> None:
        states: dict[str, dict[str, dict[str, str]]] = {}
        for (arn, target), health in self._health.items():
            entry = {"state": health.state, "reason": health.reason}
            states.setdefault(arn, {})[f"{target.address}:{target.port}"] = entry
        fresh = self._report.with_suffix(".new")
        fresh.write_text(json.dumps(states, indent=2) + "\n")
        fresh.replace(self._report)


async def _check(check: HealthCheck, target: Target) -> str | None:
    """None when the target is well, else what is wrong."""
    try:
        async with asyncio.timeout(check.timeout_seconds):
            return await _ask(check, target)
    except TimeoutError:
        return f"no answer within {check.timeout_seconds} s"
    except OSError as error:
        return error.strerror or str(error)


async def _ask(check: HealthCheck, target: Target) -> str | None:
    port = check.port or target.port
    reader, writer = await asyncio.open_connection(target.address, port)
    try:
        if check.protocol not in ("HTTP", "HTTPS"):
            return None  # TCP: it accepted
        writer.write(
            f"GET {check.path} HTTP/1.1\r\nHost: {target.address}:{port}\r\n"
            "User-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n".encode()
        )
        words = (await reader.readline()).decode("latin-1").split(" ", 2)
    finally:
        writer.close()
    if len(words) < 2 or not words[1].isdigit():
        return "the answer is not HTTP"
    return None if _succeeds(int(words[1]), check.success_codes) else f"status {words[1]}"


def _succeeds(status: int, codes: str) -> bool:
    ranges = (part.partition("-") for part in codes.split(","))
    return any(int(first) <= status <= int(last or first) for first, _, last in ranges)
