"""Types that several OCPP 1.6 messages share (OCPP 1.6 edition 2, section 7)."""

from typing import Annotated, Literal

import msgspec

from services.charging.domain.ocpp_j.message import DateTime as DateTime
from services.charging.domain.ocpp_j.message import Message as Message

CiString20 = Annotated[str, msgspec.Meta(max_length=20)]
"""Compared without regard to case (section 7.8); so is every ``CiString``."""
CiString25 = Annotated[str, msgspec.Meta(max_length=25)]
CiString50 = Annotated[str, msgspec.Meta(max_length=50)]
CiString255 = Annotated[str, msgspec.Meta(max_length=255)]

CiString500 = Annotated[str, msgspec.Meta(max_length=500)]
Uri = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]
Location = Annotated[str, msgspec.Meta(max_length=512)]
"""A URI in the messages of the security white paper."""

IdToken = CiString20

AuthorizationStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
RemoteStartStopStatus = Literal["Accepted", "Rejected"]
TriggerMessageStatus = Literal["Accepted", "Rejected", "NotImplemented"]


class IdTagInfo(Message, frozen=True, kw_only=True):
    """What the central system thinks of an identifier (section 7.27)."""

    status: AuthorizationStatus
    expiry_date: DateTime | None = None
    parent_id_tag: IdToken | None = None
