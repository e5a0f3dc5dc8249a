"""``GetLog`` (Improved security for OCPP 1.6-J, section 5)."""

from typing import Literal

from services.charging.domain.ocpp16.types import CiString255, DateTime, Location, Message


class LogParameters(Message, frozen=True, kw_only=True):
    """Where to upload the log to, and what part of it."""

    remote_location: Location
    oldest_timestamp: DateTime | None = None
    latest_timestamp: DateTime | None = None


class GetLog(Message, frozen=True, kw_only=True):
    """The station is to upload a log; `retry_interval` in seconds."""

    log: LogParameters
    log_type: Literal["DiagnosticsLog", "SecurityLog"]
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class GetLogResponse(Message, frozen=True, kw_only=True):
    """AcceptedCanceled: accepted, and an earlier upload is given up."""

    status: Literal["Accepted", "Rejected", "AcceptedCanceled"]
    filename: CiString255 | None = None
