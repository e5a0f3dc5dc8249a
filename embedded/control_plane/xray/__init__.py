"""X-Ray, which MiniStack does not have: programs tell their segments, people read them as traces.

The newest traces of all accounts and regions are kept, in memory: they outlive no restart.
"""

from ministack import app
from ministack.core import router

from embedded.control_plane.xray import service

_NAME = "xray"


def install() -> None:
    """Put it among MiniStack's services."""
    router.SERVICE_PATTERNS[_NAME] = {
        "host_patterns": [r"xray\."],
        "credential_scope": _NAME,
    }
    app.SERVICE_HANDLERS[_NAME] = service.handle_request
