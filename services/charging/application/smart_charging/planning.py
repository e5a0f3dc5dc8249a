"""When sites are planned: at every quarter of an hour, and soon after anything changes.

A site is planned by one node at a time. News of a site is kept before it is acted upon, so any node
may act on it; what a node forgets as it dies, the next quarter of an hour finds.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.charging.application.ports import Clock, UnavailableError
from services.charging.application.smart_charging.telling import StationTold, Telling
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.planner import plan
from services.charging.domain.smart_charging.quarters import next_quarter
from services.charging.domain.smart_charging.situation import TRY_AGAIN_AFTER, Situation

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between looks for sites that are due."""
GATHER = 0.2
"""Seconds in which further news goes into the same plan."""
SITES_AT_ONCE = 8


class SiteBook(Protocol):
    """Where sites, their plans and what stations said of them are kept."""

    async def due(self, site_ids: Sequence[str]) -> None:
        """These are to be planned now, those of them that have limits."""

    async def claim(self) -> str | None:
        """A site that is due, from now on this node's until `release`, or for two minutes."""

    async def situation(self, site_id: str) -> Situation | None:
        """All that the site's plan depends on; None when it has no limits any more."""

    async def keep(self, site_id: str, planned: Plan) -> int:
        """Keep a plan; its number."""

    async def telling(self, most: Mapping[UUID, int]) -> None:
        """Keep the most, in mA, that sessions may draw by profiles that their stations hear now."""

    async def told(self, number: int, told: Sequence[StationTold]) -> None:
        """Keep what stations said to their parts of a plan."""

    async def release(self, site_id: str, due_at: datetime) -> None:
        """The site is due again then, or earlier if there was news meanwhile."""


class SitePlanning:
    """One of the tasks of each node."""

    def __init__(self, book: SiteBook, telling: Telling, clock: Clock) -> None:
        self._book = book
        self._telling = telling
        self._clock = clock
        self._changed: set[str] = set()
        self._news = asyncio.Event()
        self._finishing = False
        self._at_once = asyncio.Semaphore(SITES_AT_ONCE)

    def changed(self, site_id: str) -> None:
        """Something that a site's plan depends on is not as it was."""
        self._changed.add(site_id)
        self._news.set()

    async def run(self) -> None:
        """Until told to finish."""
        async with asyncio.TaskGroup() as tasks:
            while not self._finishing:
                try:
                    await self._look(tasks)
                except UnavailableError as error:
                    logger.warning("sites are not planned", extra={"reason": str(error)})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), LOOK_EVERY)
                    await asyncio.sleep(GATHER)

    def finish(self) -> None:
        """End what is under way, and begin nothing more."""
        self._finishing = True
        self._news.set()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        self._news.clear()
        changed, self._changed = self._changed, set()
        try:
            if changed:
                await self._book.due(sorted(changed))
        except UnavailableError:
            self._changed |= changed
            raise
        while not self._at_once.locked() and (site_id := await self._book.claim()) is not None:
            await self._at_once.acquire()
            tasks.create_task(self._plan_claimed(site_id))

    async def _plan_claimed(self, site_id: str) -> None:
        try:
            await self.plan(site_id)
        except asyncio.CancelledError:
            await self._book.release(site_id, self._clock())
            raise
        except UnavailableError as error:
            logger.warning("not planned", extra={"site_id": site_id, "reason": str(error)})
        except Exception:
            logger.exception("a plan failed", extra={"site_id": site_id})
        finally:
            self._at_once.release()
            self._news.set()  # There may have been some meanwhile.

    async def plan(self, site_id: str) -> None:
        """Plan a site that is claimed, tell its stations, and release it."""
        situation = await self._book.situation(site_id)
        now = self._clock()
        due_at = next_quarter(now)
        if situation is not None:
            # On a thread: the sockets of a thousand stations wait for nobody's site.
            planned = await asyncio.to_thread(
                plan,
                situation.lines,
                situation.demands(now),
                situation.surplus,
                now,
                reserves=situation.reserves,
            )
            number = await self._book.keep(site_id, planned)
            told = await self._telling.tell(situation, planned, now, self._book.telling)
            await self._book.told(number, told)
            if any(not one.accepted for one in told if one.session_id is not None):
                # Once without them, so that others do not get what they may still draw.
                due_at = now
            elif any(situation.is_held(session, now) for session in situation.sessions):
                due_at = min(due_at, now + TRY_AGAIN_AFTER)
        await self._book.release(site_id, due_at)
