"""Which handler answers which message: the whole of what stations may ask."""

from collections.abc import Mapping

from services.charging.application.central_system import Route
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ocpp16.authorize import AuthorizeHandler
from services.charging.application.ocpp16.boot_notification import BootNotificationHandler
from services.charging.application.ocpp16.heartbeat import HeartbeatHandler
from services.charging.application.ocpp16.meter_values import MeterValuesHandler
from services.charging.application.ocpp16.start_transaction import StartTransactionHandler
from services.charging.application.ocpp16.status_notification import StatusNotificationHandler
from services.charging.application.ocpp16.stop_transaction import StopTransactionHandler
from services.charging.application.ports import Clock, Store
from services.charging.application.sign_certificate_handler import SignCertificateHandler
from services.charging.domain.ocpp16.authorize import Authorize
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.data_transfer import DataTransfer, DataTransferResponse
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
from services.charging.domain.ocpp16.sign_certificate import SignCertificate
from services.charging.domain.ocpp16.signed_firmware_status_notification import (
    SignedFirmwareStatusNotification,
    SignedFirmwareStatusNotificationResponse,
)
from services.charging.domain.ocpp16.start_transaction import StartTransaction
from services.charging.domain.ocpp16.status_notification import StatusNotification
from services.charging.domain.ocpp16.stop_transaction import StopTransaction
from services.charging.domain.ocpp16.types import Message

_TOLD: tuple[tuple[type[Message], Message], ...] = (
    # No vendor's extension is known (section 4.3).
    (DataTransfer, DataTransferResponse(status="UnknownVendorId")),
    (DiagnosticsStatusNotification, DiagnosticsStatusNotificationResponse()),
    (FirmwareStatusNotification, FirmwareStatusNotificationResponse()),
    (LogStatusNotification, LogStatusNotificationResponse()),
    (SecurityEventNotification, SecurityEventNotificationResponse()),
    (SignedFirmwareStatusNotification, SignedFirmwareStatusNotificationResponse()),
)
"""What is kept for people to read, and its answer."""


def ocpp16_routes(store: Store, clock: Clock) -> Mapping[str, Route]:
    """By action."""
    start = StartTransactionHandler(store.ledger, clock)
    stop = StopTransactionHandler(store.ledger, store.readings, store.signed, clock)
    values = MeterValuesHandler(store.readings, store.signed)
    boot = BootNotificationHandler(store.register, store.registrations)
    status = StatusNotificationHandler(store.register)
    sign = SignCertificateHandler(store.notifications, store.issuer)
    return {
        "Authorize": Route(Authorize, AuthorizeHandler(store.tokens).handle),
        "BootNotification": Route(BootNotification, boot.handle),
        "Heartbeat": Route(Heartbeat, HeartbeatHandler().handle),
        "MeterValues": Route(MeterValues, values.handle),
        "SignCertificate": Route(SignCertificate, sign.in_16),
        "StartTransaction": Route(StartTransaction, start.handle),
        "StatusNotification": Route(StatusNotification, status.handle),
        "StopTransaction": Route(StopTransaction, stop.handle),
        **{
            message.__name__: Route(message, NotificationHandler(store.notifications, yes).handle)
            for message, yes in _TOLD
        },
    }
