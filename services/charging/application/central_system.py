"""The central system as a station sees it: a call comes in, an answer goes out.

This is the seam between the gateway, which holds sockets, and the logic: actions and payloads cross
it, no sockets and no frames.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from services.charging.application.inbound import Inbound
from services.charging.application.ports import (
    Clock,
    NotStorableError,
    Quarantine,
    UnavailableError,
)
from services.charging.application.registrations import Registrations
from services.charging.domain.ocpp_j.faults import UnreadableError
from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.quarantine import Finding, Rule, records
from services.charging.domain.registration import tells_a_fact

logger = logging.getLogger(__name__)


class CallRefusedError(Exception):
    """The station's call gets a CALLERROR of this code."""

    def __init__(self, code: ErrorCode, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class Route:
    """A message and who handles it."""

    message: type[Message]
    handle: Callable[[Inbound[Any]], Awaitable[Message]]


class CentralSystem:
    """Answers the calls of stations that speak one version of OCPP."""

    def __init__(
        self,
        *,
        version: Version,
        routes: Mapping[str, Route],
        quarantine: Quarantine,
        registrations: Registrations,
        clock: Clock,
    ) -> None:
        """`routes`: by action."""
        self.version = version
        self._routes = routes
        self._quarantine = quarantine
        self._registrations = registrations
        self._clock = clock
        self._encoder = msgspec.json.Encoder(decimal_format="number")

    @property
    def actions(self) -> Collection[str]:
        """What stations may ask for."""
        return self._routes.keys()

    async def answer(self, station_id: str, action: str, payload: bytes) -> bytes:
        """The payload of the answer; raises `CallRefusedError`.

        What the message asks to be kept is kept when this returns.
        """
        try:
            return await self._answer(station_id, action, payload)
        except UnavailableError as error:
            logger.warning(
                "nothing can be kept", extra={"station_id": station_id, "reason": str(error)}
            )
            description = "cannot be kept at present; please repeat"
            raise CallRefusedError(ErrorCode.INTERNAL_ERROR, description) from error

    async def unusable(self, station_id: str, received: str | bytes, reason: str) -> None:
        """Keep a frame that the gateway could not use, if anything can be kept."""
        finding = Finding(Rule.FRAME_MALFORMED, reason)
        try:
            await self._quarantine.add(records(station_id, [finding], received, self._clock()))
        except UnavailableError:
            logger.exception("a malformed frame is lost", extra={"station_id": station_id})

    async def _answer(self, station_id: str, action: str, payload: bytes) -> bytes:
        received_at = self._clock()
        if (refused := self._registrations.refused(station_id, action)) is not None:
            if tells_a_fact(action):
                finding = Finding(Rule.STATION_NOT_ACCEPTED, action[:50])
                await self._quarantine.add(records(station_id, [finding], payload, received_at))
            raise CallRefusedError(ErrorCode.SECURITY_ERROR, refused)
        route = self._routes.get(action)
        if route is None:
            finding = Finding(Rule.ACTION_UNKNOWN, action[:50])
            await self._quarantine.add(records(station_id, [finding], payload, received_at))
            raise CallRefusedError(ErrorCode.NOT_IMPLEMENTED, f"{action[:50]} is not known")
        try:
            message, findings = self.version.reader.read(route.message, payload)
        except UnreadableError as error:
            finding = Finding(Rule.MESSAGE_UNREADABLE, f"{action}: {error}")
            await self._quarantine.add(records(station_id, [finding], payload, received_at))
            raise CallRefusedError(error.code, str(error)) from error
        inbound = Inbound(station_id, message, payload, received_at)
        if findings:
            await self._quarantine.add(inbound.quarantine(findings))
        try:
            response = await route.handle(inbound)
        except NotStorableError as error:
            finding = Finding(Rule.MESSAGE_NOT_STORABLE, f"{action}: {error}")
            await self._quarantine.add(inbound.quarantine([finding]))
            raise CallRefusedError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, str(error)) from error
        return self._encoder.encode(response)
