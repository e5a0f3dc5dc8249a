"""Types that several blocks share (OCPP 2.0.1, part 2, sections 2 and 3)."""

from typing import Annotated, Literal, TypeVar

import msgspec

from services.charging.domain.ocpp_j import message
from services.charging.domain.ocpp_j.message import DateTime as DateTime

Item = TypeVar("Item")

String6 = Annotated[str, msgspec.Meta(max_length=6)]
String8 = Annotated[str, msgspec.Meta(max_length=8)]
String16 = Annotated[str, msgspec.Meta(max_length=16)]
String20 = Annotated[str, msgspec.Meta(max_length=20)]
String25 = Annotated[str, msgspec.Meta(max_length=25)]
String32 = Annotated[str, msgspec.Meta(max_length=32)]
String36 = Annotated[str, msgspec.Meta(max_length=36)]
String40 = Annotated[str, msgspec.Meta(max_length=40)]
String50 = Annotated[str, msgspec.Meta(max_length=50)]
String64 = Annotated[str, msgspec.Meta(max_length=64)]
String128 = Annotated[str, msgspec.Meta(max_length=128)]
String255 = Annotated[str, msgspec.Meta(max_length=255)]
String500 = Annotated[str, msgspec.Meta(max_length=500)]
String512 = Annotated[str, msgspec.Meta(max_length=512)]
String800 = Annotated[str, msgspec.Meta(max_length=800)]
String1000 = Annotated[str, msgspec.Meta(max_length=1000)]
String2500 = Annotated[str, msgspec.Meta(max_length=2500)]
String5500 = Annotated[str, msgspec.Meta(max_length=5500)]
String5600 = Annotated[str, msgspec.Meta(max_length=5600)]
String7500 = Annotated[str, msgspec.Meta(max_length=7500)]
String10000 = Annotated[str, msgspec.Meta(max_length=10000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Some = Annotated[list[Item], msgspec.Meta(min_length=1)]


class CustomData(message.Message, frozen=True, kw_only=True):
    """What a vendor adds to any object; what stands beside the vendor's id is free."""

    vendor_id: String255


class Message(message.Message, frozen=True, kw_only=True):
    """The payload of a call or of its answer, or an object in it."""

    custom_data: CustomData | None = None


GenericStatus = Literal["Accepted", "Rejected"]
GenericDeviceModelStatus = Literal["Accepted", "Rejected", "NotSupported", "EmptyResultSet"]
MessageFormat = Literal["ASCII", "HTML", "URI", "UTF8"]


class StatusInfo(Message, frozen=True, kw_only=True):
    """Why a status is as it is; `reason_code` is the standard's (appendix 5) or the vendor's."""

    reason_code: String20
    additional_info: String512 | None = None


class EVSE(Message, frozen=True, kw_only=True):
    """A part of the station that charges one vehicle at a time, or one of its connectors."""

    id: int
    """From 1; 0 is the station as a whole."""
    connector_id: int | None = None


class MessageContent(Message, frozen=True, kw_only=True):
    """A text for people; `language` as RFC 5646 names it."""

    format: MessageFormat
    content: String512
    language: String8 | None = None
