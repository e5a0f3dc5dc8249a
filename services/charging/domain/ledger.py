"""The ledger of sessions: what a start or a stop changes, given what is known.

Pure: whoever keeps the ledger reads what is known, asks here, and keeps the entry, all of it in one
transaction in which nobody else speaks for the station.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from services.charging.domain.metering import Register, trusted
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.quarantine import Finding, Rule
from services.charging.domain.sessions import Session, Start, Stop
from services.charging.domain.signed_metering.evidence import NOTHING_SIGNED, SignedValues
from services.charging.domain.stop_matching import Matching, OpenSession, certain
from services.charging.domain.tokens import Token, authorization
from services.charging.domain.transactions import TransactionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when a station says start or stop."""

    site_id: str
    time_zone: str
    token: Token | None
    """The one that the station names."""
    session: Session | None
    """The one that this start began, or the one of the stop's or the event's transaction id, or the
    one that an assignment names."""
    free_transaction_id: int | None = None
    """For a start or an event: one that no session has."""
    open: Sequence[OpenSession] = ()
    """For a start or a matching: sessions of the station that nothing has ended yet."""
    unmatched: Sequence[Stop] = ()
    """For all but a stop: stops of the station that have no session yet."""
    connectors: int = 1
    """Of the station."""
    is_kept: bool = False
    """For a stop: it was kept before, as one of an unknown transaction."""
    register: Register | None = None
    """For a stop or an event: what its transaction's meter values said last."""
    reports: Sequence[TransactionReport] = ()
    """For an event: those of its transaction that were kept, in any order."""
    signed: SignedValues = NOTHING_SIGNED
    """For a stop or an event: what was signed in its transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What changes; all of it is kept, or none."""

    session: Session | None
    """As it stands afterwards."""
    authorization: AuthorizationStatus | None = None
    begun_by: str | None = None
    """The start's identity, when the session begins here."""
    ends: bool = False
    """Whether the session ends here."""
    kept: Stop | None = None
    """A stop of an unknown transaction, to be kept."""
    may_match: bool = False
    """Whether a stop of an unknown transaction may have its session now."""
    matched: Stop | None = None
    """A stop kept earlier, which ends `session`."""
    matched_by: str | None = None
    """Who said so; None: the rules."""
    distrusts_registers: bool = False
    """Whether the meter values of `session` count as received only."""
    is_placed: bool = False
    """Whether the EVSE of `session` is known from here on."""
    is_paid: bool = False
    """Whether a token that may charge is known for `session` from here on."""
    is_reserved: bool = False
    """Whether it is known from here on which reservation `session` uses."""
    reported: TransactionReport | None = None
    """An event to be kept."""
    findings: Sequence[Finding] = ()


def start(said: Start, known: Known) -> Entry:
    """Begin a session, once for however many repetitions of its start."""
    status = authorization(known.token)
    earlier = known.session
    # A clock that began anew with the station: the same words, but another session.
    anew = earlier is not None and earlier.ending is not None and said.has_unset_clock
    still_open = [one.session for one in known.open]
    repeated = next(filter(said.may_have_begun, still_open), None) if anew else earlier
    if repeated is not None:
        return Entry(session=repeated, authorization=status)
    session, findings = begun(said, known)
    return Entry(
        session=session,
        authorization=status,
        begun_by=said.identity_of_its_own if anew else said.identity,
        may_match=bool(known.unmatched),
        findings=findings,
    )


def begun(said: Start, known: Known) -> tuple[Session, list[Finding]]:
    """A new session, and what was odd of its start."""
    if known.free_transaction_id is None:
        raise ValueError("a start needs a transaction id")
    started_at, findings = trusted(said.said_at, said.received_at)
    if known.token is None:
        findings.append(Finding(Rule.TOKEN_UNKNOWN, said.token_uid))
    session = Session(
        id=uuid4(),
        transaction_id=known.free_transaction_id,
        station_id=said.station_id,
        site_id=known.site_id,
        time_zone=known.time_zone,
        connector_id=said.connector_id,
        token_uid=said.token_uid,
        authorization=authorization(known.token),
        started_at=started_at,
        meter_start_wh=said.meter_start_wh,
        reservation_number=said.reservation_number,
        ad_hoc=known.token is not None and known.token.ad_hoc,
    )
    return session, findings


def stop(said: Stop, known: Known) -> Entry:
    """End a session; a repeated stop changes nothing."""
    status = authorization(known.token) if said.token_uid else None
    if known.session is not None:
        session, findings = known.session.stopped(said)
        ends = known.session.ending is None
        if ends:
            session = session.judged(known.signed)
        in_kwh = ends and known.register is not None and session.counted_in_kwh(known.register)
        if in_kwh and known.register:
            findings.append(Finding(Rule.REGISTER_IN_KWH, f"{known.register.wh} Wh"))
        return Entry(
            session=session,
            authorization=status,
            ends=ends,
            distrusts_registers=in_kwh,
            findings=findings,
        )
    if known.is_kept:
        return Entry(session=None, authorization=status)
    unknown = Finding(Rule.STOP_OF_UNKNOWN_TRANSACTION, str(said.transaction_id))
    findings = [unknown, *trusted(said.said_at, said.received_at)[1]]
    return Entry(session=None, authorization=status, kept=said, may_match=True, findings=findings)


def match(said: Matching, known: Known) -> Entry:
    """End the session of one stop that waits, if it is certain."""
    found = certain(known.unmatched, known.open, connectors=known.connectors, at=said.at)
    if found is None:
        return Entry(session=None)
    stop, session = found
    return Entry(session=session.stopped(stop)[0], ends=True, matched=stop)
