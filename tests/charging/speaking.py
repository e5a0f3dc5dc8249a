"""A use case spoken with the central system in memory, both sides held to the official schemas."""

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.charging.application.central_system import CallRefusedError
from services.charging.application.command_request import command_request
from services.charging.application.commands import CommandDelivery
from services.charging.application.device_answers import DeviceAnswers
from services.charging.application.key_rotation import ROTATE_KEY
from services.charging.application.key_rotation import KeyRotation as Keys
from services.charging.application.ports import PublishedTariff
from services.charging.domain.commands import Command, CommandState
from services.charging.domain.ocpp_j.frames import CallResult, ErrorCode
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.stations import StationKey
from tests.charging.company import Company
from tests.charging.examples import Payload
from tests.charging.official import OfficialSchemas
from tests.charging.transcripts import (
    KeyRotation,
    Operator,
    Refused,
    Registered,
    Station,
    Step,
    UseCase,
    Withheld,
    among,
)


class OneCommand:
    """A book with one command in it."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self.ended: tuple[CommandState, bytes | None, str | None] | None = None

    async def claim(self, _station_id: str, _epoch: int) -> list[Command]:
        return [self._command]

    async def close(
        self,
        _command_id: UUID,
        _version: str,
        state: CommandState,
        *,
        answer: bytes | None,
        reason: str | None,
    ) -> None:
        self.ended = (state, answer, reason)

    async def open(self, *_said: Any, **_more: Any) -> Command:
        return self._command

    async def get(self, _command_id: UUID) -> Command:
        return self._command


class NextKeys:
    """The station's, as far as they count."""

    def __init__(self) -> None:
        self.counting: dict[UUID, StationKey] = {}

    async def put(self, _station_id: str, rotation: UUID, key: StationKey) -> None:
        self.counting[rotation] = key

    async def drop(self, _station_id: str, rotation: UUID) -> None:
        del self.counting[rotation]


class Speaker:
    """One station and its company, in one version of OCPP."""

    def __init__(self, version: Version, schemas: OfficialSchemas, *, calls_end: str) -> None:
        """`calls_end`: how the names of the schemas of calls end."""
        self._version = version
        self._schemas = schemas
        self._calls_end = calls_end
        self.company = Company()
        self.keys = NextKeys()
        self._heard: list[tuple[str, Payload]] = []

    async def speak(self, use_case: UseCase) -> None:
        """Step by step; then what came of it is as the use case says."""
        company = self.company
        company.ledger.known |= {token.uid: token for token in use_case.tokens}
        if use_case.tariff:
            company.tariffs.published = PublishedTariff(use_case.tariff, None)
        for step in use_case.steps:
            await self._speak(step)
        assert [ended.energy_wh for ended in company.ended] == list(use_case.sessions)
        assert len(company.started) - len(company.ended) == use_case.open
        assert company.rules == list(use_case.odd)

    async def _speak(self, step: Step) -> None:
        match step:
            case Station(action, says, hears):
                answer = await self._call(action, says)
                assert among(hears, answer), answer
            case Refused(action, says, code):
                self.company.ledger.is_away = code is ErrorCode.INTERNAL_ERROR
                with pytest.raises(CallRefusedError) as refused:
                    await self._call(action, says)
                self.company.ledger.is_away = False
                assert refused.value.code == code
            case Operator(action, says, hears):
                _, request = command_request(self._version.name, action, says)
                assert await self._command(action, request, hears) == (action, says)
            case Withheld(action, says):
                _, request = command_request(self._version.name, action, says)
                assert (await self._ended(action, request, {}))[0] is CommandState.UNDELIVERED
                assert self._heard == []
            case Registered(registration):
                self.company.register.registration = registration
            case KeyRotation(action, hears, is_taken):
                told, payload = await self._command(ROTATE_KEY, b"{}", hears)
                assert told == action
                words = [word.encode() for word in re.findall(r"[\w-]+", json.dumps(payload))]
                counts = [any(map(key.matches, words)) for key in self.keys.counting.values()]
                assert counts == [True] * is_taken
            case _:
                raise NotImplementedError("needs the running program")

    async def _call(self, action: str, says: Payload) -> Payload:
        self._schemas.check(f"{action}{self._calls_end}", says)
        answer: Payload = await self.company.call_in(self._version.name, action, says)
        self._schemas.check(f"{action}Response", answer)
        return answer

    async def _command(self, action: str, request: bytes, hears: Payload) -> tuple[str, Payload]:
        """What the station hears of a command, which ends as answered."""
        ended = await self._ended(action, request, hears)
        assert ended == (CommandState.ANSWERED, json.dumps(hears).encode(), None)
        [said] = self._heard
        return said

    async def _ended(
        self, action: str, request: bytes, hears: Payload
    ) -> tuple[CommandState, bytes | None, str | None]:
        """How a command ends; what the station hears of it is in `_heard`."""
        self._heard = []

        async def call(action: str, payload: bytes) -> CallResult:
            self._heard.append((action, json.loads(payload)))
            self._schemas.check(f"{action}{self._calls_end}", self._heard[-1][1])
            self._schemas.check(f"{action}Response", hears)
            return CallResult("1", json.dumps(hears).encode())

        book = OneCommand(self._asked(action, request))
        delivery = CommandDelivery(
            book,
            learn=DeviceAnswers(self.company.device_models).learn,
            keys=Keys(self.keys),
            registrations=self.company.store.registrations,
            clock=self._now,
        )
        await delivery.deliver("CP1", 1, self._version, call)
        assert book.ended is not None
        return book.ended

    def _asked(self, action: str, request: bytes) -> Command:
        return Command(
            id=uuid4(),
            station_id="CP1",
            version=self._version.name,
            action=action,
            request=request,
            state=CommandState.SENT,
            asked_at=self._now(),
        )

    def _now(self) -> datetime:
        return self.company.now
