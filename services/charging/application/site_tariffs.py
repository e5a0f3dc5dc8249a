"""Tariffs of sites as operators enter and read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.charging.application.preconditions import WHATEVER_IS_THERE, Precondition
from services.charging.application.scope import Scope
from services.charging.domain.tariffs.tariff import Tariff


class NotPublicError(Exception):
    """Only public sites have a tariff: elsewhere nobody comes without a contract."""


@dataclass(frozen=True, slots=True)
class KeptTariff:
    """A version of a site's tariff."""

    site_id: str
    version: int
    set_at: datetime
    """Of sessions that began from then on, until the next version."""
    tariff: Tariff


class SiteTariffs(Protocol):
    """Where they are kept. What is not in the caller's scope is not there: None, or False."""

    async def put(
        self,
        scope: Scope,
        site_id: str,
        tariff: Tariff,
        precondition: Precondition = WHATEVER_IS_THERE,
    ) -> KeptTariff | None:
        """Keep a new version, in force from now on.

        Raises `NotPublicError`, `ChangedMeanwhileError`.
        """

    async def withdraw(
        self, scope: Scope, site_id: str, precondition: Precondition = WHATEVER_IS_THERE
    ) -> bool:
        """From now on there is none; raises `ChangedMeanwhileError`."""

    async def tariff(self, scope: Scope, site_id: str, version: int | None) -> KeptTariff | None:
        """This version, or the one in force."""
