"""Frames that no station should send, a hundred thousand a minute and more, from a seed."""

import copy
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.charging.application.central_system import CallRefusedError
from services.charging.application.conversation import Conversation, Direction, Message
from services.charging.domain.masking import masked
from services.charging.domain.ocpp_j.connection import (
    CallReceived,
    Connection,
    Event,
    FrameQuarantined,
)
from services.charging.domain.ocpp_j.frames import Frame
from services.charging.domain.versions import version
from simulator.charge import Charge
from simulator.ocpp201 import messages
from tests.charging.company import DAWN, Company
from tests.charging.examples import MESSAGES

STATION = "CP1"
ANSWERED = "CALLRESULT"
FRAMES_A_COMPANY = 500
"""After these another central system in memory takes over, as it keeps all that it hears."""

_CHARGE = Charge(connector=1, token="CARD1", started_at=DAWN, ended_at=DAWN, energy_wh=500)
WORDS: dict[str, dict[str, Any]] = {
    "ocpp1.6": MESSAGES,
    "ocpp2.0.1": {
        "Authorize": messages.authorize("CARD1"),
        "BootNotification": messages.BOOT,
        "DataTransfer": MESSAGES["DataTransfer"],
        "Heartbeat": {},
        "StatusNotification": messages.status(1, "Occupied", DAWN),
        "TransactionEvent": messages.updated("t-1", 1, _CHARGE, DAWN, 200),
    },
}
"""By version: right messages, to be spoilt."""

_SCALARS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    10**30,
    1.5,
    1e308,
    "",
    "\x00",
    "𝕏" * 3,
    "x" * 600,
    "1970-01-01T00:00:00Z",
    "2026-03-01T06:00:00",
    "9999-12-31T23:59:59+14:00",
    "NaN",
    "Infinity",
    [],
    {},
    [[[[]]]],
)
_TEXTS = ('"', "\\", "{", "}", "[", "]", ",", ":", "\x00", "\ud800", "é", "\\u0000", "0", "-", "e9")
_DEEP = 2_000


@dataclass(frozen=True)
class Sent:
    """A frame; `call` is its message id when it is a call, which must be answered."""

    frame: str | bytes
    call: str | None = None


def frames(seed: int, words: dict[str, Any]) -> Iterator[Sent]:
    """Endless; `words` are right messages by action.

    Of each ten about four are right, three have odd payloads, three are broken.
    """
    chance = random.Random(seed)  # noqa: S311 — meant to be repeatable
    makers = (_right, _right, _right, _right, _odd, _odd, _odd, _broken, _broken, _nonsense)
    number = 0
    while True:
        number += 1
        yield chance.choice(makers)(chance, words, str(number))


def _right(chance: random.Random, words: dict[str, Any], message_id: str) -> Sent:
    action = chance.choice(tuple(words))
    return Sent(json.dumps([2, message_id, action, words[action]]), message_id)


def _odd(chance: random.Random, words: dict[str, Any], message_id: str) -> Sent:
    """A call all the same: its payload is an object."""
    action = chance.choice(tuple(words))
    payload = copy.deepcopy(words[action])
    for _ in range(chance.randint(1, 3)):
        _spoil(chance, payload)
    if chance.random() < 0.05:
        action = chance.choice(("", "Reset", action.lower(), "x" * 300))
    ascii_only = chance.random() < 0.5
    return Sent(json.dumps([2, message_id, action, payload], ensure_ascii=ascii_only), message_id)


def _spoil(chance: random.Random, node: Any) -> None:
    """Change something in an object or a list, or further down."""
    if not node:
        return
    key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
    if isinstance(node[key], dict | list) and chance.random() < 0.7:
        _spoil(chance, node[key])
    elif chance.random() < 0.3:
        del node[key]
    elif isinstance(node, dict) and chance.random() < 0.2:
        node[f"{key}{chance.choice(_SCALARS[8:13])}"] = node.pop(key)
    else:
        node[key] = copy.deepcopy(chance.choice(_SCALARS))


def _broken(chance: random.Random, words: dict[str, Any], message_id: str) -> Sent:
    """The text of a call, cut, doubled and littered."""
    text = str(_right(chance, words, message_id).frame)
    for _ in range(chance.randint(1, 4)):
        at, until = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        kept = chance.choice((text[at:until], "", chance.choice(_TEXTS), text[at:until] * 2))
        text = text[:at] + kept + text[until:]
    return Sent(text.encode(errors="replace") if chance.random() < 0.1 else text)


def _nonsense(chance: random.Random, _words: dict[str, Any], message_id: str) -> Sent:
    """Frames of no kind, answers to nothing, depth, and noise."""
    match chance.randrange(5):
        case 0:
            elements = [chance.choice((*_SCALARS, 2, 3, 4)) for _ in range(chance.randrange(7))]
            return Sent(json.dumps(elements))
        case 1:
            return Sent(json.dumps([chance.choice((3, 4)), message_id, {"status": "Accepted"}]))
        case 2:
            return Sent(f'[2,"{message_id}","DataTransfer",' + '{"vendorId":' * _DEEP)
        case 3:
            return Sent(chance.randbytes(chance.randrange(200)))
        case _:
            noise = (chr(chance.randrange(0x2000)) for _ in range(chance.randrange(200)))
            return Sent("".join(noise))


class Core:
    """The protocol, the messages and the handlers, without sockets and in memory.

    Raises whatever crashes, and `AssertionError` for an answer that is none.
    """

    def __init__(self, version_name: str) -> None:
        self._company = Company()
        self._version = version(version_name)
        self._connection = Connection(
            clock=lambda: 0.0,
            answer_within=30,
            waiting_calls=4,
            waiting_bytes=100_000,
            message_ids=map(str, itertools.count(1)),
            framing=self._version.framing,
        )
        self._conversation = Conversation(STATION, _look, lambda: self._company.now)
        self._taken = 0
        self.answers: Counter[str] = Counter()
        """By their error code; `ANSWERED` for the others."""

    async def take(self, sent: Sent) -> None:
        """Take a frame, and answer it if it is to be answered."""
        # No two frames of a station come at the same moment.
        self._company.now += timedelta(milliseconds=1)
        frame = self._connection.receive(sent.frame)
        self._conversation.said(Direction.IN, frame, sent.frame)
        while events := self._connection.take_events():
            for event in events:
                await self._act(event)
        answers = self._connection.take_frames()
        ids = [self._checked(*answer) for answer in answers]
        if sent.call is not None:
            assert ids == [sent.call], (sent, answers)
        self._taken += 1
        if self._taken % FRAMES_A_COMPANY == 0:
            self._company = Company()

    async def _act(self, event: Event) -> None:
        central_system = self._company.central_systems[self._version.name]
        match event:
            case CallReceived(call):
                try:
                    answer = await central_system.answer(STATION, call.action, call.payload)
                except CallRefusedError as refusal:
                    self._connection.refuse(refusal.code, str(refusal))
                else:
                    self._connection.reply(answer)
            case FrameQuarantined(reason, received):
                await central_system.unusable(STATION, received, reason)

    def _checked(self, frame: Frame, text: str) -> str:
        self._conversation.said(Direction.OUT, frame, text)
        kind, message_id, *rest = json.loads(text)
        if kind == 3:
            [payload] = rest
            assert isinstance(payload, dict), text
            self.answers[ANSWERED] += 1
        else:
            code, description, details = rest
            assert (kind, type(code), type(description), details) == (4, str, str, {}), text
            self.answers[code] += 1
        assert isinstance(message_id, str), text
        return message_id


def _look(message: Message) -> None:
    masked(message.text)
