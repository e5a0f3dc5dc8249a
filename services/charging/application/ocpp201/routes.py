"""Which handler answers which message: the whole of what stations may ask."""

from collections.abc import Iterator, Mapping

from services.charging.application.central_system import Route
from services.charging.application.notification_handler import NotificationHandler
from services.charging.application.ocpp201.authorize import AuthorizeHandler
from services.charging.application.ocpp201.boot_notification import BootNotificationHandler
from services.charging.application.ocpp201.certificate_status import CertificateStatusHandler
from services.charging.application.ocpp201.device_reports import DeviceReportHandler
from services.charging.application.ocpp201.ev_certificate import EVCertificateHandler
from services.charging.application.ocpp201.heartbeat import HeartbeatHandler
from services.charging.application.ocpp201.meter_values import MeterValuesHandler
from services.charging.application.ocpp201.site_reports import SiteReportHandler
from services.charging.application.ocpp201.status_notification import StatusNotificationHandler
from services.charging.application.ocpp201.transaction_event import TransactionEventHandler
from services.charging.application.ports import Clock, Store
from services.charging.application.reservations import ReservationHandler
from services.charging.application.sign_certificate_handler import SignCertificateHandler
from services.charging.domain.ocpp201 import (
    authorization,
    availability,
    certificates,
    data_transfer,
    diagnostics,
    display,
    events,
    firmware,
    metering,
    monitoring,
    provisioning,
    reservation,
    security,
    smart_charging,
    smart_charging_notices,
    transactions,
    variables,
)
from services.charging.domain.ocpp201.types import StatusInfo
from services.charging.domain.ocpp_j.message import Message

_NO_ISSUER = StatusInfo(
    reason_code="UnsupportedRequest", additional_info="no issuer of such certificates is connected"
)

_TOLD: tuple[tuple[type[Message], Message], ...] = (
    # No vendor's extension is known (P02).
    (data_transfer.DataTransfer, data_transfer.DataTransferResponse(status="UnknownVendorId")),
    (security.SecurityEventNotification, security.SecurityEventNotificationResponse()),
    (smart_charging.ReportChargingProfiles, smart_charging.ReportChargingProfilesResponse()),
    (firmware.FirmwareStatusNotification, firmware.FirmwareStatusNotificationResponse()),
    (
        firmware.PublishFirmwareStatusNotification,
        firmware.PublishFirmwareStatusNotificationResponse(),
    ),
    (
        certificates.Get15118EVCertificate,
        certificates.Get15118EVCertificateResponse(
            status="Failed", exi_response="", status_info=_NO_ISSUER
        ),
    ),
    (
        certificates.GetCertificateStatus,
        certificates.GetCertificateStatusResponse(status="Failed", status_info=_NO_ISSUER),
    ),
    (diagnostics.LogStatusNotification, diagnostics.LogStatusNotificationResponse()),
    (diagnostics.NotifyCustomerInformation, diagnostics.NotifyCustomerInformationResponse()),
    (display.NotifyDisplayMessages, display.NotifyDisplayMessagesResponse()),
)
"""What is kept for people to read, and its answer."""


def _of_certificates(store: Store) -> Iterator[Route]:
    if store.statuses:
        status = CertificateStatusHandler(store.statuses)
        yield Route(certificates.GetCertificateStatus, status.handle)
    if store.contracts:
        contract = EVCertificateHandler(store.contracts)
        yield Route(certificates.Get15118EVCertificate, contract.handle)


def ocpp201_routes(store: Store, clock: Clock) -> Mapping[str, Route]:
    """By action."""
    authorize = AuthorizeHandler(store.tokens, store.tariffs, store.trust)
    transaction = TransactionEventHandler(
        store.ledger, store.tariffs, store.readings, store.signed, clock
    )
    sign = SignCertificateHandler(store.notifications, store.issuer)
    device = DeviceReportHandler(store.device_models, store.notifications)
    sites = SiteReportHandler(store.sites, store.notifications)
    reservations = ReservationHandler(store.reservations, store.notifications)
    handlers = (
        Route(authorization.Authorize, authorize.handle),
        Route(availability.Heartbeat, HeartbeatHandler().handle),
        Route(availability.StatusNotification, StatusNotificationHandler(store.register).handle),
        Route(events.NotifyEvent, device.event),
        Route(security.SignCertificate, sign.in_201),
        Route(metering.MeterValues, MeterValuesHandler(store.readings).handle),
        Route(monitoring.NotifyMonitoringReport, device.monitors),
        Route(
            provisioning.BootNotification,
            BootNotificationHandler(store.register, store.registrations).handle,
        ),
        Route(reservation.ReservationStatusUpdate, reservations.handle),
        Route(smart_charging_notices.ClearedChargingLimit, sites.cleared),
        Route(smart_charging_notices.NotifyChargingLimit, sites.limited),
        Route(smart_charging_notices.NotifyEVChargingNeeds, sites.needs),
        Route(smart_charging_notices.NotifyEVChargingSchedule, sites.schedule),
        Route(transactions.TransactionEvent, transaction.handle),
        Route(variables.NotifyReport, device.report),
        *(
            Route(message, NotificationHandler(store.notifications, yes).handle)
            for message, yes in _TOLD
        ),
        # In place of what is only told, where there is somebody to ask.
        *_of_certificates(store),
    )
    return {route.message.__name__: route for route in handlers}
