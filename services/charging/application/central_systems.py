"""The central system in each version of OCPP that it speaks."""

from collections.abc import Sequence

from services.charging.application.central_system import CentralSystem
from services.charging.application.ocpp16.routes import ocpp16_routes
from services.charging.application.ocpp201.routes import ocpp201_routes
from services.charging.application.ports import Clock, Store
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.versions import VERSIONS

_ROUTES = {OCPP_1_6.name: ocpp16_routes, OCPP_2_0_1.name: ocpp201_routes}


def central_systems(store: Store, clock: Clock) -> Sequence[CentralSystem]:
    """Those first that we would rather speak."""
    return [
        CentralSystem(
            version=version,
            routes=_ROUTES[version.name](store, clock),
            quarantine=store.quarantine,
            registrations=store.registrations,
            clock=clock,
        )
        for version in VERSIONS
    ]
