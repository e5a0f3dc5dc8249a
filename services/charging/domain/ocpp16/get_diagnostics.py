"""``GetDiagnostics`` (OCPP 1.6, section 5.9)."""

from services.charging.domain.ocpp16.types import CiString255, DateTime, Message, Uri


class GetDiagnostics(Message, frozen=True, kw_only=True):
    """The station is to upload its diagnostics; `retry_interval` in seconds."""

    location: Uri
    retries: int | None = None
    retry_interval: int | None = None
    start_time: DateTime | None = None
    stop_time: DateTime | None = None


class GetDiagnosticsResponse(Message, frozen=True, kw_only=True):
    """The file's name; none when there is nothing to upload."""

    file_name: CiString255 | None = None
