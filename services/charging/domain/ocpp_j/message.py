"""What all versions' messages have in common."""

from datetime import datetime
from typing import Annotated

import msgspec

DateTime = Annotated[datetime, msgspec.Meta(tz=True)]


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The payload of a call or of its answer. Optional fields that are absent are None."""
