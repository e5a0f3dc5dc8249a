"""What happens at a connector in simulated time, before any message is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A car draws energy at a connector from one moment to another."""

    connector: int
    token: str
    """Id tag that the driver presents, or that a remote start brings."""
    started_at: datetime
    """Aware; sent to the second, as stations do."""
    ended_at: datetime
    energy_wh: int
    stop_reason: str = "Local"
    """OCPP 1.6 ``Reason``."""
    until_remote_stop: bool = False
    """The station ends the transaction only when the central system tells it to."""

    def __post_init__(self) -> None:
        if self.ended_at < self.started_at:
            raise ValueError(f"a charge cannot end ({self.ended_at}) before it starts")
        if self.energy_wh < 0:
            raise ValueError(f"a charge of {self.energy_wh} Wh gives energy back")

    def readings(self, every: timedelta) -> Iterator[tuple[datetime, int]]:
        """Time and energy (Wh since the start) at each sample strictly inside the charge.

        The energy grows evenly; every value is whole watt-hours and none exceeds the total.
        """
        duration = self.ended_at - self.started_at
        elapsed = every
        while elapsed < duration:
            yield self.started_at + elapsed, self.energy_wh * elapsed // duration
            elapsed += every
