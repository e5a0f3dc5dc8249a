"""The frames of OCPP-J (section 4.2): reading and writing.

Payloads stay bytes: what a station sent is kept exactly, and only the message's own type reads it.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeVar

import msgspec

UNREADABLE_ID = "-1"
"""Message id of the answer to a frame whose own id cannot be read (OCPP-J 2.0.1, section 4.2.3;
1.6 leaves it open)."""


class MessageType(IntEnum):
    """OCPP-J, section 4.1.3; the last two are of 2.1."""

    CALL = 2
    CALL_RESULT = 3
    CALL_ERROR = 4
    CALL_RESULT_ERROR = 5
    SEND = 6


class ErrorCode(StrEnum):
    """OCPP-J 1.6, section 4.2.3, spelt as there; a `Framing` spells them for other versions."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What versions of OCPP-J do not have in common."""

    spelling: Mapping[str, str]
    """Of error codes that are not spelt as in 1.6."""
    unreadable: str | None
    """The code for frames whose message id cannot be read, where there is one of their own."""
    message_types: Set[int]
    """Others are ignored."""

    def code(self, error: "CallError") -> str:
        """The code of an error, as this version spells it."""
        if error.message_id == UNREADABLE_ID and self.unreadable:
            return self.unreadable
        return self.spelling.get(error.code, error.code)


_ALWAYS = {MessageType.CALL, MessageType.CALL_RESULT, MessageType.CALL_ERROR}

OCPP_J_1_6 = Framing(spelling={}, unreadable=None, message_types=_ALWAYS)
OCPP_J_2_0_1 = Framing(
    spelling={
        ErrorCode.FORMATION_VIOLATION: "FormatViolation",
        ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION: "OccurrenceConstraintViolation",
    },
    unreadable="RpcFrameworkError",
    message_types=_ALWAYS,
)
"""OCPP-J 2.0.1, section 4.3."""
OCPP_J_2_1 = replace(OCPP_J_2_0_1, message_types=set(MessageType))


@dataclass(frozen=True, slots=True)
class Call:
    """A request of either side."""

    message_id: str
    action: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Send(Call):
    """A call that is never answered, whatever becomes of it (OCPP-J 2.1)."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a call."""

    message_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class CallError:
    """The refusal of a call. A station may send codes that the standard does not know."""

    message_id: str
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class CallResultError:
    """The answer to a call could not be used; it is not answered (OCPP-J 2.1)."""

    message_id: str
    code: str
    description: str


Frame = Call | Send | CallResult | CallError | CallResultError


class Written(NamedTuple):
    """A frame to be sent, and its text."""

    frame: Frame
    text: str


class MalformedFrameError(Exception):
    """The text is no frame; `answer` is what the sender hears, when it is to hear anything.

    A broken answer is not answered, and an unknown message type is to be ignored (section 4.1.3).
    """

    def __init__(self, reason: str, answer: CallError | None) -> None:
        super().__init__(reason)
        self.answer = answer


_AROUND = "\ufeff\0"
"""What may stand before a frame and after it, and is none of it: a byte order mark, the end of a
text in C."""
_NOTHING = {b"", b"null", b"[]", b'""'}

T = TypeVar("T")

_elements = msgspec.json.Decoder(list[msgspec.Raw])
_integer = msgspec.json.Decoder(int)
_string = msgspec.json.Decoder(str)


def read(text: str | bytes, framing: Framing = OCPP_J_1_6) -> Frame:
    """Read one WebSocket message; raises `MalformedFrameError`."""
    if isinstance(text, bytes):
        raise _refused(UNREADABLE_ID, ErrorCode.FORMATION_VIOLATION, "a text frame is expected")
    try:
        elements = _elements.decode(text.strip(_AROUND))
    except msgspec.ValidationError as error:
        raise _refused(
            UNREADABLE_ID, ErrorCode.PROTOCOL_ERROR, "a JSON array is expected"
        ) from error
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise _refused(UNREADABLE_ID, ErrorCode.FORMATION_VIOLATION, f"no JSON: {error}") from error
    kind = _read(_integer, elements, 0)
    message_id = _read(_string, elements, 1)
    match kind:
        case int() if kind not in framing.message_types:
            raise MalformedFrameError(f"message type {kind} is unknown", None)
        case MessageType.CALL:
            return _call(message_id, elements)
        case MessageType.SEND:
            return _send(message_id, elements)
        case MessageType.CALL_RESULT if message_id is not None and len(elements) >= 3:
            return CallResult(message_id, _payload(elements, 2))
        case MessageType.CALL_ERROR if message_id is not None:
            return CallError(message_id, *_error(elements))
        case MessageType.CALL_RESULT_ERROR if message_id is not None and len(elements) >= 3:
            return CallResultError(message_id, *_error(elements))
        case int():
            raise MalformedFrameError("an answer that is no CALLRESULT and no CALLERROR", None)
        case _:
            raise _refused(
                message_id or UNREADABLE_ID,
                ErrorCode.PROTOCOL_ERROR,
                "the first element is the message type, an integer",
            )


def write(frame: Frame, framing: Framing = OCPP_J_1_6) -> str:
    """The frame as text."""
    match frame:
        case Send():
            elements = [6, frame.message_id, frame.action, msgspec.Raw(frame.payload)]
        case Call():
            elements = [2, frame.message_id, frame.action, msgspec.Raw(frame.payload)]
        case CallResult():
            elements = [3, frame.message_id, msgspec.Raw(frame.payload)]
        case CallError():
            elements = [4, frame.message_id, framing.code(frame), frame.description[:255], {}]
        case CallResultError():
            elements = [5, frame.message_id, frame.code, frame.description[:255], {}]
    return msgspec.json.encode(elements).decode()


def _call(message_id: str | None, elements: list[msgspec.Raw]) -> Call:
    if message_id is None:
        raise _refused(
            UNREADABLE_ID, ErrorCode.PROTOCOL_ERROR, "the second element is the message id, a text"
        )
    action = _read(_string, elements, 2)
    if action is None or len(elements) > 4:
        raise _refused(
            message_id,
            ErrorCode.PROTOCOL_ERROR,
            "a call is [2, message id, action, payload]",
        )
    payload = _payload(elements, 3)
    if not payload.startswith(b"{"):
        raise _refused(message_id, ErrorCode.FORMATION_VIOLATION, "the payload is a JSON object")
    return Call(message_id, action, payload)


def _send(message_id: str | None, elements: list[msgspec.Raw]) -> Send:
    """What is wrong with it is told to nobody."""
    try:
        call = _call(message_id, elements)
    except MalformedFrameError as error:
        raise MalformedFrameError(str(error), None) from error
    return Send(call.message_id, call.action, call.payload)


def _payload(elements: list[msgspec.Raw], index: int) -> bytes:
    """Where there is nothing to say, stations say it in many ways."""
    payload = bytes(elements[index]) if index < len(elements) else b""
    return b"{}" if payload in _NOTHING else payload


def _error(elements: list[msgspec.Raw]) -> tuple[str, str]:
    """Stations leave out the description and the details; the code is what counts."""
    code = _read(_string, elements, 2) or ErrorCode.GENERIC_ERROR
    return code, _read(_string, elements, 3) or ""


def _read(decoder: msgspec.json.Decoder[T], elements: list[msgspec.Raw], index: int) -> T | None:
    try:
        return decoder.decode(elements[index])
    except (IndexError, msgspec.DecodeError):
        return None


def _refused(message_id: str, code: ErrorCode, reason: str) -> MalformedFrameError:
    return MalformedFrameError(reason, CallError(message_id, code, reason))
