"""Sites as callers see them, each within its scope."""

from dataclasses import dataclass
from typing import Protocol

from services.charging.application.scope import Scope
from services.charging.domain.stations import SiteKind


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site, and how many stations it has; `time_zone` is an IANA name."""

    id: str
    version: int
    """Of what operators enter: the ETag."""
    name: str
    kind: SiteKind
    time_zone: str
    stations: int


class SiteViews(Protocol):
    """Where they come from."""

    async def sites(
        self, scope: Scope, *, kind: SiteKind | None, after: str, limit: int
    ) -> list[SiteView]:
        """In the order of their ids."""

    async def site(self, scope: Scope, site_id: str) -> SiteView | None:
        """One site."""
