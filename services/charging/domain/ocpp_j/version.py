"""A version of OCPP, as one connection speaks it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.charging.domain.ocpp_j.frames import Framing
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.reading import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the versions do not have in common, but for who handles a message."""

    name: str
    """The WebSocket sub-protocol."""
    framing: Framing
    reader: Reader
    requests: Mapping[str, type[Message]]
    """What the central system may ask, by action."""
    answers: Mapping[str, type[Message]]
    """What stations say to that, by action."""
