"""Campaigns: one command to many stations, wave after wave."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from services.charging.application.ports import UnavailableError
from services.charging.application.scope import Scope
from services.charging.domain.commands import CommandState

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds; what stations tell of their firmware wakes nobody."""
NOT_SOONER_THAN = 0.2


class CampaignState(StrEnum):
    """How far a campaign has come."""

    RUNNING = "running"
    PAUSED = "paused"
    """By an operator: no wave begins until it is resumed."""
    DONE = "done"
    STOPPED = "stopped"
    """By an operator, or as too many tasks failed; what was sent stays sent."""


class TaskState(StrEnum):
    """A command's, or before its wave."""

    WAITING = "waiting"
    PENDING = CommandState.PENDING.value
    SENT = CommandState.SENT.value
    ANSWERED = CommandState.ANSWERED.value
    REFUSED = CommandState.REFUSED.value
    UNANSWERED = CommandState.UNANSWERED.value
    UNDELIVERED = CommandState.UNDELIVERED.value


class Outcome(StrEnum):
    """What came of a task."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFilter:
    """What all of the stations have, as they told it at their latest boot; None: anything."""

    site_id: str | None = None
    vendor: str | None = None
    model: str | None = None
    firmware_version: str | None = None
    ocpp_version: str | None = None
    """Spoken now, or last."""


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The same for stations that speak another version."""

    ocpp_version: str
    action: str
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is wanted of which stations."""

    id: UUID
    company_id: str
    name: str
    ocpp_version: str
    action: str
    request: bytes
    stations: Sequence[str]
    """In the order of their waves."""
    wave_size: int
    most_failures: int | None
    """More of them stop it."""
    hold_seconds: int
    """How long a command waits for a station that is not connected."""
    others: Sequence[OtherRequest] = ()


@dataclass(frozen=True, slots=True)
class OtherRequestView:
    """The request for stations that speak another version."""

    ocpp_version: str
    action: str
    request: Any


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign, and how many of its tasks are how far."""

    id: UUID
    number: int
    name: str
    ocpp_version: str
    action: str
    request: Any
    wave_size: int
    most_failures: int | None
    hold_seconds: int
    state: CampaignState
    reason: str | None
    started_at: datetime
    over_at: datetime | None
    tasks: int
    waiting: int
    under_way: int
    succeeded: int
    failed: int
    others: list[OtherRequestView]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One station's task."""

    station_id: str
    wave: int
    attempt: int
    state: TaskState
    outcome: Outcome | None
    command_id: UUID | None
    ocpp_version: str | None
    """In whose words it was told."""
    sent_at: datetime | None
    over_at: datetime | None
    answer: Any
    reason: str | None
    firmware_status: str | None


class CampaignBook(Protocol):
    """Where campaigns are kept."""

    async def open(self, campaign: Campaign) -> Sequence[str]:
        """Keep it once; the stations that the company has not, and then nothing is kept."""

    async def advance(self) -> bool:
        """Judge what there is news of, begin the waves that are due, and end what is over.

        Whether there was any.
        """

    async def matching(self, scope: Scope, wanted: StationFilter) -> Sequence[str]:
        """The stations that fit, in the order of their ids."""

    async def pause(self, scope: Scope, campaign_id: UUID, *, paused: bool) -> bool:
        """Begin no wave until told so; False when it is over."""

    async def retry(self, scope: Scope, campaign_id: UUID) -> int | None:
        """Let failed tasks wait for waves after the last; how many, or None: secrets are gone."""

    async def stop(self, scope: Scope, campaign_id: UUID) -> None:
        """Begin no further wave."""

    async def campaigns(
        self, scope: Scope, *, before: int | None, limit: int
    ) -> list[CampaignView]:
        """Latest first; `before` is a campaign's `number`."""

    async def campaign(self, scope: Scope, campaign_id: UUID) -> CampaignView | None:
        """One campaign."""

    async def tasks(
        self, scope: Scope, campaign_id: UUID, *, outcome: Outcome | None, after: str, limit: int
    ) -> list[TaskView]:
        """In the order of their stations' ids."""


class Campaigns:
    """Keeps campaigns going, on every node: the book lets one of them at a time."""

    def __init__(self, book: CampaignBook) -> None:
        self._book = book
        self._look = asyncio.Event()
        self._finished = False

    def look(self) -> None:
        """Something may be due."""
        self._look.set()

    async def run(self) -> None:
        """Until told to finish."""
        while not self._finished:
            self._look.clear()
            try:
                if await self._book.advance():
                    self._look.set()
            except UnavailableError as error:
                logger.warning("campaigns wait", extra={"reason": str(error)})
            await asyncio.sleep(NOT_SOONER_THAN)
            try:
                await asyncio.wait_for(self._look.wait(), LOOK_EVERY)
            except TimeoutError:
                continue

    def finish(self) -> None:
        """End; other nodes go on."""
        self._finished = True
        self._look.set()
