"""What callers see, each within its scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from services.charging.application.conversation import Direction, MessageKind
from services.charging.application.scope import Scope
from services.charging.domain.commands import CommandState
from services.charging.domain.station_certificates import CertificateState
from services.charging.domain.tokens import TokenStatus

Row = TypeVar("Row")


class SessionStatus(StrEnum):
    """Whether a session goes on."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSearch:
    """What all of the found sessions have; None: any. They began in [`since`, `until`)."""

    transaction_id: int | None = None
    station_id: str | None = None
    site_id: str | None = None
    token_uid: str | None = None
    driver_id: str | None = None
    status: SessionStatus | None = None
    ad_hoc: bool | None = None
    """Whether it is paid by its site's tariff."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CostView:
    """What a session costs by its site's tariff: gross, rounded to what can be paid.

    While it goes on, until the latest meter value.
    """

    currency: str
    amount: Decimal
    tariff_version: int


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session; times are UTC, `time_zone` is the site's.

    While it goes on, `energy_wh` is what the latest meter value says, or None.
    """

    id: UUID
    transaction_id: int
    ocpp_transaction_id: str
    """By which the station knows it."""
    station_id: str
    site_id: str
    time_zone: str
    connector_id: int
    token_uid: str
    driver_id: str | None
    authorization_status: str
    status: SessionStatus
    started_at: datetime
    ended_at: datetime | None
    meter_start_wh: int
    meter_stop_wh: int | None
    energy_wh: int | None
    stop_reason: str | None
    reservation_number: int | None
    """Of the reservation that it used, as the station named it."""
    signed_verdict: str | None
    """Whether the meter signed this energy; None when it signed nothing."""
    signed_reason: str | None
    cost: CostView | None = None
    """Of what is paid ad hoc; None: not known here."""


@dataclass(frozen=True, slots=True)
class MeterValueView:
    """What a station said of a session's meter at one time."""

    id: str
    """Its place among the session's."""
    measured_at: datetime
    register_wh: int | None
    """The energy register by then."""
    meter_values: Any
    """As the station sent them, in the words of its version: currents, powers, state of charge."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token and its driver; `driver_id` is the driver's ``sub`` in the user pool.

    Tokens of one group may stop each other's sessions.
    """

    uid: str
    status: TokenStatus
    driver: str
    driver_id: str | None
    group_uid: str | None = None
    version: int = 1
    """Of what was entered: the ETag."""
    ad_hoc: bool = False
    """Whether whoever charges by it pays what the company publishes for its public sites."""


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """What was received, and the rule that noticed it."""

    id: int
    station_id: str
    rule: str
    finding: str
    received: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CommandView:
    """A command and what became of it; `request` and `answer` are payloads of `ocpp_version`."""

    id: UUID
    station_id: str
    ocpp_version: str
    action: str
    request: Any
    state: CommandState
    asked_at: datetime
    sent_at: datetime | None
    over_at: datetime | None
    answer: Any
    reason: str | None


@dataclass(frozen=True, slots=True)
class NotificationView:
    """What a station told of an upload, new firmware or its security, as received."""

    id: int
    station_id: str
    action: str
    received: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate that was issued to a station; `chain` is PEM, the station's own first."""

    serial: str
    state: CertificateState
    not_before: datetime
    not_after: datetime
    issued_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    chain: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A frame as it passed over a station's socket, its secrets masked; `direction` from here.

    `action` of an answer is that of its call.
    """

    id: int
    station_id: str
    at: datetime
    direction: Direction
    kind: MessageKind
    message_id: str | None
    action: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSearch:
    """What all of the found messages have; None: any. Times are [`since`, `until`)."""

    station_id: str | None = None
    action: str | None = None
    message_id: str | None = None
    direction: Direction | None = None
    kind: MessageKind | None = None
    since: datetime | None = None
    until: datetime | None = None
    contains: str | None = None


@dataclass(frozen=True, slots=True)
class VariableView:
    """A value of a variable of a station's device model, as it was last told (OCPP 2.0.1).

    EVSE 0: of the station as a whole.
    """

    id: int
    component: str
    component_instance: str
    evse_id: int
    connector_id: int
    variable: str
    variable_instance: str
    attribute: str
    value: str | None
    mutability: str | None
    characteristics: dict[str, Any] | None
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class MonitorView:
    """A monitor of a variable; severity from 0, danger, to 9 (OCPP 2.0.1)."""

    monitor_id: int
    component: str
    component_instance: str
    evse_id: int
    connector_id: int
    variable: str
    variable_instance: str
    kind: str
    value: float
    severity: int
    in_transactions_only: bool
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of those that follow."""

    items: Sequence[Row]
    next_cursor: str | None


class Views(Protocol):
    """Where they come from."""

    async def sessions(
        self, scope: Scope, search: SessionSearch, *, before: int | None, limit: int
    ) -> list[SessionView]:
        """Latest first; `before` is a transaction id."""

    async def session(self, scope: Scope, session_id: UUID) -> SessionView | None:
        """One session."""

    async def meter_values(
        self, scope: Scope, session_id: UUID, *, after: str, limit: int
    ) -> list[MeterValueView]:
        """Of a session, in their order; `after` is the id of one."""

    async def tokens(
        self,
        scope: Scope,
        *,
        driver_id: str | None,
        status: TokenStatus | None,
        after: str,
        limit: int,
    ) -> list[TokenView]:
        """In the order of their uids."""

    async def tokens_of(self, scope: Scope, uids: Sequence[str]) -> list[TokenView]:
        """Those of these uids that there are."""

    async def token(self, scope: Scope, uid: str) -> TokenView | None:
        """One token."""

    async def command(self, scope: Scope, command_id: UUID) -> CommandView | None:
        """One command."""

    async def commands(
        self, scope: Scope, *, station_id: str, before: UUID | None, limit: int
    ) -> list[CommandView]:
        """Latest first; `before` is a command's id."""

    async def notifications(
        self, scope: Scope, *, station_id: str, before: int | None, limit: int
    ) -> list[NotificationView]:
        """Latest first; `before` is a notification's id."""

    async def certificates(self, scope: Scope, *, station_id: str) -> list[CertificateView]:
        """Latest first."""

    async def variables(
        self, scope: Scope, *, station_id: str, after: int, limit: int
    ) -> list[VariableView]:
        """In the order in which they were told first; `after` is a variable's id."""

    async def monitors(
        self, scope: Scope, *, station_id: str, after: int, limit: int
    ) -> list[MonitorView]:
        """In the order of their ids."""

    async def quarantine(
        self, scope: Scope, *, station_id: str | None, before: int | None, limit: int
    ) -> list[QuarantineView]:
        """Latest first; `before` is a record's id."""

    async def messages(
        self, scope: Scope, search: MessageSearch, *, before: int | None, limit: int
    ) -> list[MessageView]:
        """Latest first; `before` is a message's `id`."""
