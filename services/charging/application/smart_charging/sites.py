"""Sites as operators enter and read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.domain.smart_charging.limits import SiteLimits
from services.charging.domain.smart_charging.outcome import Outcome
from services.charging.domain.smart_charging.plan import Plan
from services.charging.domain.smart_charging.situation import Preferences
from services.charging.domain.smart_charging.surplus import Surplus


@dataclass(frozen=True, slots=True)
class KeptLimits:
    """The limits of a site as they were set last."""

    site_id: str
    version: int
    set_at: datetime
    limits: SiteLimits


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan of a site."""

    site_id: str
    number: int
    planned: Plan


@dataclass(frozen=True, slots=True)
class SurplusView:
    """A figure of a site's solar surplus."""

    site_id: str
    begins_at: datetime
    surplus_w: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KeptPreferences:
    """What a session wants, as it was said last."""

    site_id: str
    version: int
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class SessionOutcome:
    """What was promised to a session, and what its meter says."""

    session_id: UUID
    station_id: str
    outcomes: Sequence[Outcome]


class Sites(Protocol):
    """Where they are kept. What is not in the caller's scope is not there: None, or False."""

    async def put_limits(
        self,
        scope: Scope,
        site_id: str,
        limits: SiteLimits,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> int | None:
        """Keep a new version, whose number it returns; the site is to be planned.

        Raises `ChangedMeanwhileError`, and `NotStorableError` when they name a station that is not
        at the site.
        """

    async def limits(self, scope: Scope, site_id: str) -> KeptLimits | None:
        """The newest version."""

    async def put_surplus(self, scope: Scope, site_id: str, figures: Sequence[Surplus]) -> bool:
        """Keep figures; of one moment the last counts."""

    async def surplus(self, scope: Scope, site_id: str) -> Sequence[SurplusView]:
        """The figures from a day ago on, the latest first."""

    async def put_preferences(
        self,
        scope: Scope,
        session_id: UUID,
        preferences: Preferences,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> KeptPreferences | None:
        """Keep what a session that goes on wants; raises `ChangedMeanwhileError`.

        By a driver's word, priority and phases stay as an operator said.
        """

    async def preferences(self, scope: Scope, session_id: UUID) -> KeptPreferences | None:
        """Of any session for which something was said."""

    async def plan(self, scope: Scope, site_id: str, at: datetime) -> KeptPlan | None:
        """The plan in force at a moment."""

    async def outcome(self, scope: Scope, session_id: UUID) -> SessionOutcome | None:
        """From the session's begin to its end or to its last reading, a week at most."""
