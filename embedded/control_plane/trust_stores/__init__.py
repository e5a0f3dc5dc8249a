"""Trust stores of load balancers, which MiniStack lacks: the API, the type, and what is kept."""

from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from embedded.control_plane.trust_stores import resource_type, service, state


def install() -> None:
    """Call before types without handlers are made recorded ones."""
    provisioners._RESOURCE_HANDLERS[resource_type.TRUST_STORE] = resource_type.HANDLERS
    alb._ACTION_MAP.update(service.OPERATIONS)
    _keep_with_the_others()


def _keep_with_the_others() -> None:
    """MiniStack saves what the module of a service gives it, and hands it back at the start."""
    given, taken = alb.get_state, alb.load_persisted_state

    def get_state() -> dict[str, Any]:
        return {**given(), "trust_stores": state.stores}

    def load_persisted_state(data: dict[str, Any]) -> Any:
        if stored := data.get("trust_stores"):
            state.stores.update(stored)
        return taken(data)

    alb.get_state, alb.load_persisted_state = get_state, load_persisted_state
