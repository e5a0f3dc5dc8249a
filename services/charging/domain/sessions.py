"""Charging sessions: transactions in OCPP's words.

In OCPP 1.6 a session begins by one ``StartTransaction``, however often the station repeats it, and
ends by the first ``StopTransaction`` that is its own. For OCPP 2.0.1 see `transaction_ledger`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.charging.domain.metering import FIRST_OCPP, Register, trusted
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.quarantine import Finding, Rule
from services.charging.domain.signed_metering.evidence import Judgement, SignedValues, judge

NO_TRANSACTION = 0
"""No session has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a station says of a transaction's begin."""

    station_id: str
    connector_id: int
    token_uid: str
    said_at: datetime
    """By the station's clock."""
    received_at: datetime
    meter_start_wh: int
    reservation_number: int | None = None
    """Of the reservation that it uses, as the station names it."""

    @property
    def identity(self) -> str:
        """The same for a repeated start, whatever its message id."""
        return "/".join(
            (
                self.station_id,
                str(self.connector_id),
                self.token_uid,
                self.said_at.isoformat(),
                str(self.meter_start_wh),
            )
        )

    @property
    def identity_of_its_own(self) -> str:
        """For a start that only looks repeated, as the clock began anew."""
        return f"{self.identity}/{self.received_at.isoformat()}"

    @property
    def has_unset_clock(self) -> bool:
        """Whether the station's clock tells nothing."""
        return self.said_at < FIRST_OCPP

    def may_have_begun(self, session: "Session") -> bool:
        """Whether all but the time agrees, for a start whose clock tells nothing."""
        return (self.connector_id, self.token_uid, self.meter_start_wh) == (
            session.connector_id,
            session.token_uid,
            session.meter_start_wh,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What a station says of a transaction's end."""

    station_id: str
    transaction_id: int
    station_transaction_id: str | None = None
    """OCPP 2.0.1: by which the station knows it, as it does not know ours."""
    token_uid: str | None
    said_at: datetime
    received_at: datetime
    meter_stop_wh: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a session ended."""

    ended_at: datetime
    meter_stop_wh: int
    energy_wh: int
    reason: str
    judgement: Judgement | None = None
    """Whether the meter signed this energy; None when it signed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session; over when it has an `ending`, which then never changes."""

    id: UUID
    transaction_id: int
    station_transaction_id: str | None = None
    """OCPP 2.0.1: by which the station knows it."""
    station_id: str
    site_id: str
    time_zone: str
    connector_id: int
    token_uid: str
    authorization: AuthorizationStatus
    started_at: datetime
    meter_start_wh: int
    reservation_number: int | None = None
    """Of the reservation that it used, as the station named it."""
    ad_hoc: bool = False
    """Whether it is paid by what its site published when it began, if anything."""
    ending: Ending | None = None

    def stopped(self, stop: Stop) -> tuple["Session", list[Finding]]:
        """The session after a stop of its own, repeated ones included."""
        ended_at, findings = trusted(stop.said_at, stop.received_at)
        if ended_at < self.started_at:
            findings.append(Finding(Rule.ENDS_BEFORE_START, ended_at.isoformat()))
            ended_at = self.started_at
        energy_wh = stop.meter_stop_wh - self.meter_start_wh
        if energy_wh < 0:
            findings.append(Finding(Rule.METER_WENT_BACKWARDS, f"{energy_wh} Wh"))
            energy_wh = 0
        ending = Ending(
            ended_at=ended_at,
            meter_stop_wh=stop.meter_stop_wh,
            energy_wh=energy_wh,
            reason=stop.reason,
        )
        if self.ending is None:
            return replace(self, ending=ending), findings
        if self.ending.meter_stop_wh != stop.meter_stop_wh:
            differs = f"{self.ending.meter_stop_wh} Wh stands, {stop.meter_stop_wh} Wh came later"
            return self, [Finding(Rule.STOP_DIFFERS, differs)]
        return self, []

    def judged(self, signed: SignedValues) -> "Session":
        """The session with what its signed values prove of its energy."""
        if self.ending is None:
            return self
        judgement = judge(signed, self.ending.energy_wh)
        return replace(self, ending=replace(self.ending, judgement=judgement))

    def counted_in_kwh(self, last: Register) -> bool:
        """Whether the register that claimed Wh was in kWh, by the session's own start and stop.

        Outside these, and inside when read as kWh, rounded to whole ones: then surely. Where it
        passes for Wh, as with meters that began at 0, only when hardly any energy had flowed in
        the first half of the session and all of it fits as kWh.
        """
        if self.ending is None:
            return False
        start, stop = self.meter_start_wh, self.ending.meter_stop_wh
        if not start - 1000 < 1000 * last.wh < stop + 1000:
            return False
        half = self.started_at + (self.ending.ended_at - self.started_at) / 2
        # A register of whole Wh shows up to one less than has flowed.
        hardly_any = last.measured_at >= half and 100 * (last.wh - start + 1) <= stop - start
        return not start <= last.wh <= stop or hardly_any

    def is_ended_by(self, stop: Stop) -> bool:
        """Whether a stop whose transaction nobody knows may be this open session's.

        The token must agree where one is given, or the id be none at all; time and meter must
        follow.
        """
        ended_at, _ = trusted(stop.said_at, stop.received_at)
        same_token = (
            stop.token_uid == self.token_uid if stop.token_uid else stop.transaction_id <= 0
        )
        return (
            self.ending is None
            and stop.station_id == self.station_id
            and same_token
            and ended_at >= self.started_at
            and stop.meter_stop_wh >= self.meter_start_wh
        )
