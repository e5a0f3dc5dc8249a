"""Application Auto Scaling, which MiniStack does not have, for ECS services.

Targets, policies and scheduled actions are kept and told. A service has no fewer tasks than its
target's minimum and no more than its maximum, from its registration on and when a scheduled action
changes them at its time (`calendar`), unless the machine keeps no hours. No policy acts: nothing
here measures what would trigger one.
"""

import sys

from ministack import app
from ministack.core import router

from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.application_autoscaling import calendar, capacity, service

_NAME = "application-autoscaling"
_STATE = "application_autoscaling"


def install(clients: ApiClients, *, keeps_hours: bool) -> None:
    """Put it among MiniStack's services, its state among theirs."""
    capacity.use(clients)
    router.SERVICE_PATTERNS[_NAME] = {
        "target_prefixes": [service.TARGET_PREFIX],
        "host_patterns": [r"application-autoscaling\."],
        "credential_scope": _NAME,
    }
    app.SERVICE_HANDLERS[_NAME] = service.handle_request
    app._loaded_modules[_STATE] = sys.modules[service.__name__]
    app._state_map[_STATE] = _STATE
    if keeps_hours:
        calendar.start()
