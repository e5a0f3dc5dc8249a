"""The metrics that charging writes into its log, and that its stack shows and watches.

CloudWatch knows a metric by its namespace, its name and its dimensions, all three to the letter: an
alarm on any other sleeps for ever.
"""

from typing import Literal, NamedTuple

NAMESPACE = "Fleetcharge/Charging"


class Metric(NamedTuple):
    """A name, and the unit of its values in CloudWatch's words."""

    name: str
    unit: Literal["Count", "Seconds"]


CONNECTIONS = Metric("Connections", "Count")
"""Stations connected to a node; to be summed."""
MALFORMED_FRAMES = Metric("MalformedFrames", "Count")
STATIONS_NOT_ADMITTED = Metric("StationsNotAdmitted", "Count")
"""Attempts with a wrong key or certificate, and those that come too soon after them."""
OPEN_TRANSACTIONS = Metric("OpenTransactions", "Count")
"""The same from every node, as the six that follow: their maximum counts."""
OLDEST_UNANSWERED_CALL = Metric("OldestUnansweredCall", "Seconds")
OLDEST_OUTBOX_EVENT = Metric("OldestOutboxEvent", "Seconds")
QUARANTINED_RECORDS = Metric("QuarantinedRecords", "Count")
QUARANTINE_LEFT_OUT = Metric("QuarantineLeftOut", "Count")
"""Records of today that were counted, but not kept: their station's day is full."""
STATION_CERTIFICATES_ENDING = Metric("StationCertificatesEnding", "Count")
"""Stations whose certificate ends within 30 days, or did in the last, and has no follower."""
STATION_AUTHORITY_DAYS = Metric("StationAuthorityDays", "Count")
"""Until the end of the certificate with which those of stations are signed."""
ANSWERS = Metric("Answers", "Count")
ANSWER_TIME = Metric("AnswerTime", "Seconds")

OF_A_NODE = (
    CONNECTIONS,
    MALFORMED_FRAMES,
    STATIONS_NOT_ADMITTED,
    OPEN_TRANSACTIONS,
    OLDEST_UNANSWERED_CALL,
    OLDEST_OUTBOX_EVENT,
    QUARANTINED_RECORDS,
    QUARANTINE_LEFT_OUT,
    STATION_CERTIFICATES_ENDING,
    STATION_AUTHORITY_DAYS,
)
"""By `SERVICE` alone."""
OF_ANSWERS = (ANSWERS, ANSWER_TIME)
"""By `EACH_ACTION`, and over all actions by `ALL_ACTIONS`."""

SERVICE = {"service": "charging"}
DIRECTION, ACTION, RESULT = "direction", "action", "result"
EACH_ACTION = (*SERVICE, DIRECTION, ACTION, RESULT)
ALL_ACTIONS = (*SERVICE, DIRECTION, RESULT)

STATIONS_WERE_ANSWERED, STATIONS_ANSWERED = "out", "in"
"""Values of `DIRECTION`."""
ANSWERED, REFUSED = "result", "error"
"""Values of `RESULT`: CALLRESULT and CALLERROR (OCPP-J 1.6, section 4.2)."""
