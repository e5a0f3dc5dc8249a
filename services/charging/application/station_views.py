"""Stations as callers see them, each within its scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.charging.application.scope import Scope
from services.charging.domain.places import Box, Circle, Location
from services.charging.domain.registration import Registration
from services.charging.domain.stations import Plug, PlugStandard


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """A connector as it last reported itself; 0 is the station as a whole.

    In OCPP 1.6, which knows no EVSEs, `evse_id` is 0; in 2.0.1 connectors count in each EVSE.
    """

    evse_id: int
    connector_id: int
    status: str
    error_code: str | None
    info: str | None
    vendor_error_code: str | None
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class StationView:
    """A station; `online` when a living node holds its connection, which speaks `ocpp_version`."""

    id: str
    version: int
    """Of what operators enter: the ETag."""
    site_id: str
    connectors: int
    location: Location | None
    distance_m: int | None
    """From where stations are looked for around a point."""
    plugs: list[Plug]
    driver_id: str | None
    """``sub`` of the driver at whose home it stands."""
    online: bool
    connected_at: datetime | None
    ocpp_version: str | None
    last_ocpp_version: str | None
    """Of its latest connection; None: it was never here."""
    boot: dict[str, Any] | None
    """Drivers and machines do not see the numbers of its modem."""
    booted_at: datetime | None
    registration: Registration
    """What it hears when it boots."""
    heard_registration: Registration | None
    """What it heard when it last did, which holds until then; None: it never did."""
    connector_statuses: list[ConnectorView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSearch:
    """What all of the found stations have; None: any."""

    place: Circle | Box | None = None
    site_id: str | None = None
    online: bool | None = None
    status: str | None = None
    """Of one connector at least."""
    standard: PlugStandard | None = None
    """Of one plug at least."""


class StationViews(Protocol):
    """Where they come from."""

    async def stations(
        self, scope: Scope, search: StationSearch, *, after: str, limit: int
    ) -> list[StationView]:
        """In the order of their ids; those around a point, of their distance."""

    async def station(self, scope: Scope, station_id: str) -> StationView | None:
        """One station."""
