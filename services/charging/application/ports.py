"""What the use cases need of the outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.events import SessionEvent
from services.charging.application.registrations import Registrations
from services.charging.domain.device_model import Monitor, Value
from services.charging.domain.ledger import Entry, Known
from services.charging.domain.metering import MeterReading
from services.charging.domain.notifications import Notification
from services.charging.domain.ocpp201.authorization import AuthorizeCertificateStatus
from services.charging.domain.ocpp201.certificate_hash_data import OCSPRequestData
from services.charging.domain.ocpp201.certificates import (
    Get15118EVCertificate,
    Get15118EVCertificateResponse,
)
from services.charging.domain.ocpp_j.frames import CallError, CallResult
from services.charging.domain.ocpp_j.message import Message
from services.charging.domain.ocpp_j.version import Version
from services.charging.domain.quarantine import QuarantineRecord
from services.charging.domain.registration import Registration
from services.charging.domain.reservations import ReservationState
from services.charging.domain.sessions import Start, Stop
from services.charging.domain.smart_charging.outside import OutsideLimit
from services.charging.domain.smart_charging.plan import Step
from services.charging.domain.smart_charging.vehicle import Period, VehicleNeeds
from services.charging.domain.stations import ConnectorReport
from services.charging.domain.stop_assignment import Assignment
from services.charging.domain.stop_matching import Matching
from services.charging.domain.tariffs.tariff import Tariff
from services.charging.domain.tokens import Token
from services.charging.domain.transactions import TransactionReport

Clock = Callable[[], datetime]
"""The time now, UTC."""


class UnavailableError(Exception):
    """Nothing can be kept at present: the caller is to come back later."""


class TooSlowError(UnavailableError):
    """What was asked takes longer than anybody may wait for it; says how long that is."""


class NotStorableError(Exception):
    """A value that no store can hold; names it."""


class TakenError(Exception):
    """An id that another company has already; names it."""


class InUseError(Exception):
    """Something cannot go, as others need it; says who."""


class UntrustedError(Exception):
    """A contract's certificate that does not count: why, and that in the words of the standard."""

    def __init__(self, status: AuthorizeCertificateStatus, why: str) -> None:
        super().__init__(why)
        self.status: AuthorizeCertificateStatus = status


class NotConnectedError(Exception):
    """The station has no connection."""


class NoAnswerError(Exception):
    """The station did not answer a call in time, or went away over it."""


class Tokens(Protocol):
    """The tokens that drivers hold."""

    async def get(self, uid: str, station_id: str) -> Token | None:
        """By uid in upper case; None too where the station's company does not let it in."""


@dataclass(frozen=True, slots=True)
class PublishedTariff:
    """What a site asks, and the currency in which a station there shows amounts, if it told."""

    tariff: Tariff
    shown_in: str | None


class Tariffs(Protocol):
    """What sites ask of those who pay ad hoc."""

    async def in_force(self, station_id: str, at: datetime) -> PublishedTariff | None:
        """At the station's site."""

    async def of_session(self, session_id: UUID) -> PublishedTariff | None:
        """That was in force when a session began that is paid ad hoc."""


class Quarantine(Protocol):
    """Keeps what could not be taken as it was."""

    async def add(self, records: Sequence[QuarantineRecord]) -> None:
        """Return when they are kept."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry of the ledger with what leaves, and what was odd, if and only if it is kept."""

    entry: Entry
    events: Sequence[SessionEvent]
    oddities: Sequence[QuarantineRecord]
    token: Token | None = None
    """The one that the station named, when it is known."""


Said = Start | Stop | TransactionReport | Matching | Assignment
"""What a station says that concerns its sessions, or that it is time to look at what it said, or
what an operator says of it."""

Decide = Callable[[Known], Posting]
"""Pure; asked again when what was decided could not be kept."""


class Ledger(Protocol):
    """Where sessions are kept for good."""

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when what was decided is committed, along with what other stations said.

        Raises `UnavailableError`, `NotStorableError`.
        """


class MeterReadings(Protocol):
    """The history of meters."""

    async def add(self, reading: MeterReading, oddities: Sequence[QuarantineRecord]) -> None:
        """Return when it is committed, along with the readings of other stations."""


class SignedRecords(Protocol):
    """What meters signed."""

    async def add(
        self, station_id: str, transaction: str, records: Sequence[bytes], at: datetime
    ) -> None:
        """Return when they are kept, byte for byte; what was kept before is kept once.

        `transaction`: by the id that the station knows.
        """


@dataclass(frozen=True, slots=True)
class Planned:
    """How far the site of a station is planned."""

    site_id: str | None
    """None: it has no limits, so it is not planned."""
    has_session: bool
    """Whether one goes on at the EVSE in question."""


class Notifications(Protocol):
    """What stations tell for people to read."""

    async def add(self, notification: Notification) -> None:
        """Return when it is committed."""


class StationRegister(Protocol):
    """What stations tell of themselves."""

    async def booted(self, station_id: str, boot: Message, at: datetime) -> Registration:
        """Keep the latest boot, and what it hears."""

    async def status(self, station_id: str, status: ConnectorReport, at: datetime) -> None:
        """Keep the latest state of a connector."""


class DeviceModels(Protocol):
    """The variables of stations and their monitors, as far as they were told."""

    async def tell(self, station_id: str, values: Sequence[Value], at: datetime) -> None:
        """Keep the latest value of each."""

    async def watch(self, station_id: str, monitors: Sequence[Monitor], at: datetime) -> None:
        """Keep the latest state of each."""

    async def unwatch(self, station_id: str, ids: Sequence[int]) -> None:
        """These monitors are gone."""

    async def inventory(self, station_id: str, *, holds: bool) -> None:
        """Whether all of its variables are told, or being told, as long as its firmware stays."""


class ReservationEnds(Protocol):
    """Reservations that stations held."""

    async def ended(
        self, station_id: str, number: int, state: ReservationState, at: datetime
    ) -> None:
        """It is over, if it was not yet."""


class SiteReports(Protocol):
    """What stations tell that their site's plan depends on, or that depends on the plan."""

    async def need(self, station_id: str, evse_id: int, needs: VehicleNeeds) -> Planned:
        """Keep what the vehicle at an EVSE wants."""

    async def offered(self, station_id: str, evse_id: int) -> Sequence[Step]:
        """What the vehicle at an EVSE may draw by the profile that its station took last."""

    async def scheduled(
        self, station_id: str, evse_id: int, schedule: Sequence[Period], at: datetime, *, fits: bool
    ) -> None:
        """Keep what the vehicle at an EVSE will draw, and whether that is within its offer."""

    async def limited(self, limit: OutsideLimit) -> Planned:
        """Keep a limit that somebody else has set, until it is cleared."""

    async def cleared(self, station_id: str, evse_id: int | None, source: str) -> Planned:
        """Drop those of a source: at the whole station and its EVSEs, or at one of these."""


class StationCalls(Protocol):
    """The gateway, seen from the logic: calls to stations."""

    async def call(
        self,
        station_id: str,
        version: Version,
        action: str,
        payload: bytes,
        *,
        call_id: UUID | None = None,
    ) -> CallResult | CallError:
        """Made once for each `call_id`, if there is one.

        Raises `NotConnectedError`, `NoAnswerError`, `BusyError`.
        """


class CertificateIssuer(Protocol):
    """Gives stations their certificates."""

    async def request(self, station_id: str, spoken: Version, csr: str) -> None:
        """Return when the certificate is kept and on its way.

        Raises `UnacceptableRequestError`.
        """


class CertificateStatuses(Protocol):
    """Who knows whether a certificate is revoked."""

    async def status(self, asked: OCSPRequestData) -> bytes:
        """The OCSP responder's answer, in DER; raises `UnavailableError`."""


class ContractTrust(Protocol):
    """Who knows whose contracts count (ISO 15118)."""

    async def check(
        self, emaid: str, certificate: str | None, asked: Sequence[OCSPRequestData]
    ) -> None:
        """Return when the contract of this id counts.

        `certificate`: the contract's in PEM and those between it and its root, where the station
        cannot check them; `asked`: the same by hashes, for their status.

        Raises `UntrustedError`, and `UnavailableError` where nobody tells the status.
        """


class ContractCertificates(Protocol):
    """Who issues the certificates of vehicles' contracts."""

    async def certificate(self, asked: Get15118EVCertificate) -> Get15118EVCertificateResponse:
        """The issuer's answer; raises `UnavailableError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where what stations say is kept."""

    tokens: Tokens
    tariffs: Tariffs
    register: StationRegister
    ledger: Ledger
    readings: MeterReadings
    signed: SignedRecords
    notifications: Notifications
    device_models: DeviceModels
    sites: SiteReports
    reservations: ReservationEnds
    quarantine: Quarantine
    issuer: CertificateIssuer | None = None
    """Without one, an operator has requests for certificates signed."""
    statuses: CertificateStatuses | None = None
    contracts: ContractCertificates | None = None
    trust: ContractTrust | None = None
    """Without it, no contract counts."""
    registrations: Registrations = field(default_factory=Registrations)
