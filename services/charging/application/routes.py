"""Which handler answers which message: the whole of what stations may ask."""

from collections.abc import Mapping

from services.charging.application.central_system import Route
from services.charging.application.handlers.authorize import AuthorizeHandler
from services.charging.application.handlers.boot_notification import BootNotificationHandler
from services.charging.application.handlers.data_transfer import DataTransferHandler
from services.charging.application.handlers.heartbeat import HeartbeatHandler
from services.charging.application.handlers.meter_values import MeterValuesHandler
from services.charging.application.handlers.notification import NotificationHandler
from services.charging.application.handlers.start_transaction import StartTransactionHandler
from services.charging.application.handlers.status_notification import StatusNotificationHandler
from services.charging.application.handlers.stop_transaction import StopTransactionHandler
from services.charging.application.ports import (
    Clock,
    Ledger,
    MeterReadings,
    Notifications,
    StationRegister,
    Tokens,
)
from services.charging.domain.ocpp16.authorize import Authorize
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.data_transfer import DataTransfer
from services.charging.domain.ocpp16.diagnostics_status_notification import (
    DiagnosticsStatusNotification,
    DiagnosticsStatusNotificationResponse,
)
from services.charging.domain.ocpp16.firmware_status_notification import (
    FirmwareStatusNotification,
    FirmwareStatusNotificationResponse,
)
from services.charging.domain.ocpp16.heartbeat import Heartbeat
from services.charging.domain.ocpp16.log_status_notification import (
    LogStatusNotification,
    LogStatusNotificationResponse,
)
from services.charging.domain.ocpp16.meter_values import MeterValues
from services.charging.domain.ocpp16.security_event_notification import (
    SecurityEventNotification,
    SecurityEventNotificationResponse,
)
from services.charging.domain.ocpp16.sign_certificate import (
    SignCertificate,
    SignCertificateResponse,
)
from services.charging.domain.ocpp16.signed_firmware_status_notification import (
    SignedFirmwareStatusNotification,
    SignedFirmwareStatusNotificationResponse,
)
from services.charging.domain.ocpp16.start_transaction import StartTransaction
from services.charging.domain.ocpp16.status_notification import StatusNotification
from services.charging.domain.ocpp16.stop_transaction import StopTransaction
from services.charging.domain.ocpp16.types import Message

_TOLD: tuple[tuple[type[Message], Message], ...] = (
    (DiagnosticsStatusNotification, DiagnosticsStatusNotificationResponse()),
    (FirmwareStatusNotification, FirmwareStatusNotificationResponse()),
    (LogStatusNotification, LogStatusNotificationResponse()),
    (SecurityEventNotification, SecurityEventNotificationResponse()),
    (SignedFirmwareStatusNotification, SignedFirmwareStatusNotificationResponse()),
    # The operator reads the request among the notifications and answers by CertificateSigned.
    (SignCertificate, SignCertificateResponse(status="Accepted")),
)
"""What is kept for people to read, and its answer."""


def ocpp16_routes(
    *,
    tokens: Tokens,
    register: StationRegister,
    ledger: Ledger,
    readings: MeterReadings,
    notifications: Notifications,
    clock: Clock,
) -> Mapping[str, Route]:
    """By action."""
    start = StartTransactionHandler(ledger, clock)
    stop = StopTransactionHandler(ledger, readings, clock)
    return {
        "Authorize": Route(Authorize, AuthorizeHandler(tokens).handle),
        "BootNotification": Route(BootNotification, BootNotificationHandler(register).handle),
        "DataTransfer": Route(DataTransfer, DataTransferHandler().handle),
        "Heartbeat": Route(Heartbeat, HeartbeatHandler().handle),
        "MeterValues": Route(MeterValues, MeterValuesHandler(readings).handle),
        "StartTransaction": Route(StartTransaction, start.handle),
        "StatusNotification": Route(StatusNotification, StatusNotificationHandler(register).handle),
        "StopTransaction": Route(StopTransaction, stop.handle),
        **{
            message.__name__: Route(message, NotificationHandler(notifications, yes).handle)
            for message, yes in _TOLD
        },
    }
