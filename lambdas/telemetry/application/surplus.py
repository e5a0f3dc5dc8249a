"""The solar surplus of sites, told to charging."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.site_surplus import SiteSurplus, SurplusReport
from lambdas.telemetry.domain.rollup import Sample
from lambdas.telemetry.domain.surplus import WINDOW, Controller, surplus_w


class Controllers(Protocol):
    """Which devices are solar controllers of which sites."""

    def all(self) -> list[Controller]:
        """Of all companies."""


class StatusHistory(Protocol):
    """The table."""

    def between(self, device_id: str, start: datetime, end: datetime) -> list[Sample]:
        """Samples of ``[start, end)`` in order of time."""


class SurplusQueue(Protocol):
    """The way to charging."""

    def send(self, reports: Sequence[SurplusReport]) -> None:
        """Return when all are durable."""


class SiteSurpluses:
    """Computes what the minutes before a moment amount to; the same again for the same moment."""

    def __init__(
        self, controllers: Controllers, history: StatusHistory, queue: SurplusQueue
    ) -> None:
        self._controllers = controllers
        self._history = history
        self._queue = queue

    def tell(self, at: datetime) -> list[SurplusReport]:
        """Send a figure for each site whose controllers have reported."""
        samples: dict[tuple[str, str], list[list[Sample]]] = {}
        for one in self._controllers.all():
            own = self._history.between(one.device_id, at - WINDOW, at)
            samples.setdefault((one.company, one.site_id), []).append(own)
        reports = [
            SurplusReport(company, site_id, (SiteSurplus(at, watts),))
            for (company, site_id), devices in sorted(samples.items())
            if (watts := surplus_w(devices)) is not None
        ]
        self._queue.send(reports)
        return reports
