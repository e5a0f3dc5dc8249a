"""The ledger of sessions, told by the events of OCPP 2.0.1: what one changes, given what is known.

A session begins when its transaction is known to have started, and for whom, and from what meter
value; at the latest when it has ended and none of its events is missing. Until then they are kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from services.charging.domain.ledger import Entry, Known
from services.charging.domain.metering import trusted
from services.charging.domain.ocpp16.types import AuthorizationStatus
from services.charging.domain.quarantine import Finding, Rule
from services.charging.domain.sessions import NO_TRANSACTION, Session, Stop
from services.charging.domain.tokens import ANONYMOUS, authorization
from services.charging.domain.transactions import Kind, TransactionReport


def report(said: TransactionReport, known: Known) -> Entry:
    """Begin, make out or end a session; a repeated event changes nothing."""
    status = authorization(known.token) if said.token_uid is not None else None
    ad_hoc = known.token is not None and known.token.ad_hoc
    said = replace(said, authorization=status, ad_hoc=ad_hoc)
    is_new = not any(map(said.repeats, known.reports))
    if known.session is None:
        reports = [*known.reports, said] if is_new else known.reports
        return _begin(said if is_new else None, status, reports, known)
    kept = said if is_new and not said.is_plain else None
    session, is_reserved = known.session, False
    if said.reservation_number is not None and session.reservation_number is None:
        session = replace(session, reservation_number=said.reservation_number)
        is_reserved = True
    if said.kind is Kind.ENDED:
        return replace(_end(session, said, kept, status, known), is_reserved=is_reserved)
    findings = []
    if said.kind is Kind.STARTED and is_new and known.reports:
        findings.append(Finding(Rule.TRANSACTION_ID_REUSED, said.station_transaction_id))
    is_placed = False
    if said.evse_id and not session.connector_id and session.ending is None:
        session, is_placed = replace(session, connector_id=said.evse_id), True
    payer = _new_payer(session, [*known.reports, said])
    if payer is not None and payer.token_uid is not None:
        session = replace(
            session, token_uid=payer.token_uid, authorization="Accepted", ad_hoc=payer.ad_hoc
        )
    return Entry(
        session=session,
        authorization=status,
        is_placed=is_placed,
        is_paid=payer is not None,
        is_reserved=is_reserved,
        reported=kept,
        findings=findings,
    )


def _begin(
    said: TransactionReport | None,
    status: AuthorizationStatus | None,
    reports: Sequence[TransactionReport],
    known: Known,
) -> Entry:
    in_order = sorted(reports, key=lambda one: one.seq_no)
    started = _first(in_order, lambda one: one.kind is Kind.STARTED)
    ended = _first(in_order, lambda one: one.kind is Kind.ENDED)
    named = _payer(in_order)
    metered = _first(in_order, lambda one: one.first_register_wh is not None)
    if named and metered:
        last = max(named, metered, key=lambda one: one.seq_no)
        is_known = ended is not None or _none_is_missing(in_order, last)
    else:
        is_known = ended is not None and _none_is_missing(in_order, ended)
    if started is None or not is_known:
        entry = Entry(session=None, authorization=status, reported=said)
        if said is None or said.kind is not Kind.ENDED:
            return entry
        kept = _waiting(said, named, in_order) if said is ended else None
        return replace(entry, kept=kept, findings=[_unknown(said)])
    if known.free_transaction_id is None:
        raise ValueError("a session needs a transaction id")
    started_at, findings = trusted(started.said_at, started.received_at)
    if named and named.authorization == "Invalid":
        findings.append(Finding(Rule.TOKEN_UNKNOWN, named.token_uid or ""))
    if metered is None or (
        metered is ended and metered.first_register_wh == metered.last_register_wh
    ):
        findings.append(Finding(Rule.METER_START_MISSING, started.station_transaction_id))
    session = Session(
        id=uuid4(),
        transaction_id=known.free_transaction_id,
        station_transaction_id=started.station_transaction_id,
        station_id=started.station_id,
        site_id=known.site_id,
        time_zone=known.time_zone,
        connector_id=next((one.evse_id for one in in_order if one.evse_id), 0),
        token_uid=(named.token_uid if named else None) or ANONYMOUS,
        authorization=(named.authorization if named else None) or "Invalid",
        started_at=started_at,
        meter_start_wh=(metered.first_register_wh if metered else None) or 0,
        reservation_number=next(filter(None, (one.reservation_number for one in in_order)), None),
        ad_hoc=named is not None and named.ad_hoc,
    )
    if ended:
        meter_stop_wh, missing = _meter_stop(ended, session, replace(known, reports=in_order))
        session, odd = session.stopped(ended.stop(session.transaction_id, meter_stop_wh))
        session = session.judged(known.signed)
        findings += [*missing, *odd]
    return Entry(
        session=session,
        authorization=status,
        begun_by=started.identity,
        ends=ended is not None,
        matched=next(filter(started.is_ended_by, known.unmatched), None),
        reported=said,
        findings=findings,
    )


def _payer(in_order: Sequence[TransactionReport]) -> TransactionReport | None:
    """Who was let in first, else who asked first; who ends it need not be who charges."""
    accepted = _first(in_order, _lets_in)
    return accepted or _first(in_order, lambda one: one.token_uid is not None)


def _lets_in(report: TransactionReport) -> bool:
    return report.authorization == "Accepted" and report.kind is not Kind.ENDED


def _new_payer(session: Session, reports: Sequence[TransactionReport]) -> TransactionReport | None:
    """The token whose session it is instead: nobody was let in yet, or only later in its order.

    What has ended stays as others heard of it.
    """
    payer = _payer(sorted(reports, key=lambda one: one.seq_no))
    if session.ending is not None or payer is None or not _lets_in(payer):
        return None
    if session.authorization == "Accepted" and all(
        one.token_uid != session.token_uid for one in reports
    ):
        return None  # it began in OCPP 1.6
    return payer if payer.token_uid != session.token_uid else None


def _end(
    session: Session,
    said: TransactionReport,
    kept: TransactionReport | None,
    status: AuthorizationStatus | None,
    known: Known,
) -> Entry:
    meter_stop_wh, missing = _meter_stop(said, session, known)
    stopped, odd = session.stopped(said.stop(session.transaction_id, meter_stop_wh))
    if session.ending is not None:
        return Entry(
            session=stopped, authorization=status, reported=kept, findings=[*missing, *odd]
        )
    in_kwh = _are_samples_in_kwh(stopped, said, known)
    return Entry(
        session=stopped.judged(known.signed),
        authorization=status,
        ends=True,
        distrusts_registers=bool(in_kwh),
        reported=kept,
        findings=[*missing, *odd, *in_kwh],
    )


def _are_samples_in_kwh(
    session: Session, ended: TransactionReport, known: Known
) -> Sequence[Finding]:
    """A sample between begin and end tells on it, when both of them told a meter value."""
    last = known.register
    if ended.last_register_wh is None or last is None or last.measured_at <= session.started_at:
        return []
    if not session.counted_in_kwh(last):
        return []
    return [Finding(Rule.REGISTER_IN_KWH, f"{last.wh} Wh")]


def _meter_stop(
    ended: TransactionReport, session: Session, known: Known
) -> tuple[int, Sequence[Finding]]:
    """The end's own, or else the last that was told before."""
    if ended.last_register_wh is not None:
        return ended.last_register_wh, []
    if session.ending is not None:
        return session.ending.meter_stop_wh, []
    findings = [Finding(Rule.METER_STOP_MISSING, ended.station_transaction_id)]
    if known.register is not None:
        return known.register.wh, findings
    in_order = sorted(known.reports, key=lambda one: one.seq_no)
    return _last_told(in_order, session.meter_start_wh), findings


def _last_told(in_order: Sequence[TransactionReport], otherwise: int) -> int:
    told = [one.last_register_wh for one in in_order if one.last_register_wh is not None]
    return told[-1] if told else otherwise


def _waiting(
    ended: TransactionReport, named: TransactionReport | None, in_order: Sequence[TransactionReport]
) -> Stop:
    """An end to be kept until its session is known; of no meter value at all there is no energy."""
    stop = ended.stop(NO_TRANSACTION, _last_told(in_order, 0))
    return replace(stop, token_uid=named.token_uid if named else None)


def _first(
    reports: Sequence[TransactionReport], is_it: Callable[[TransactionReport], bool]
) -> TransactionReport | None:
    return next(filter(is_it, reports), None)


def _none_is_missing(in_order: Sequence[TransactionReport], until: TransactionReport) -> bool:
    """Whether the station told everything from the start until there, by its own count."""
    started = _first(in_order, lambda one: one.kind is Kind.STARTED)
    if started is None:
        return False
    told = {one.seq_no for one in in_order if started.seq_no <= one.seq_no <= until.seq_no}
    return len(told) == until.seq_no - started.seq_no + 1


def _unknown(said: TransactionReport) -> Finding:
    return Finding(Rule.STOP_OF_UNKNOWN_TRANSACTION, said.station_transaction_id)
