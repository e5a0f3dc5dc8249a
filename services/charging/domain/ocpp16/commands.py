"""What the central system may ask of stations: each call with its answer."""

from collections.abc import Mapping

from services.charging.domain.ocpp16.cancel_reservation import (
    CancelReservation,
    CancelReservationResponse,
)
from services.charging.domain.ocpp16.certificate_signed import (
    CertificateSigned,
    CertificateSignedResponse,
)
from services.charging.domain.ocpp16.change_availability import (
    ChangeAvailability,
    ChangeAvailabilityResponse,
)
from services.charging.domain.ocpp16.change_configuration import (
    ChangeConfiguration,
    ChangeConfigurationResponse,
)
from services.charging.domain.ocpp16.clear_cache import ClearCache, ClearCacheResponse
from services.charging.domain.ocpp16.clear_charging_profile import (
    ClearChargingProfile,
    ClearChargingProfileResponse,
)
from services.charging.domain.ocpp16.data_transfer import DataTransfer, DataTransferResponse
from services.charging.domain.ocpp16.delete_certificate import (
    DeleteCertificate,
    DeleteCertificateResponse,
)
from services.charging.domain.ocpp16.extended_trigger_message import (
    ExtendedTriggerMessage,
    ExtendedTriggerMessageResponse,
)
from services.charging.domain.ocpp16.get_composite_schedule import (
    GetCompositeSchedule,
    GetCompositeScheduleResponse,
)
from services.charging.domain.ocpp16.get_configuration import (
    GetConfiguration,
    GetConfigurationResponse,
)
from services.charging.domain.ocpp16.get_diagnostics import GetDiagnostics, GetDiagnosticsResponse
from services.charging.domain.ocpp16.get_installed_certificate_ids import (
    GetInstalledCertificateIds,
    GetInstalledCertificateIdsResponse,
)
from services.charging.domain.ocpp16.get_local_list_version import (
    GetLocalListVersion,
    GetLocalListVersionResponse,
)
from services.charging.domain.ocpp16.get_log import GetLog, GetLogResponse
from services.charging.domain.ocpp16.install_certificate import (
    InstallCertificate,
    InstallCertificateResponse,
)
from services.charging.domain.ocpp16.remote_start_transaction import (
    RemoteStartTransaction,
    RemoteStartTransactionResponse,
)
from services.charging.domain.ocpp16.remote_stop_transaction import (
    RemoteStopTransaction,
    RemoteStopTransactionResponse,
)
from services.charging.domain.ocpp16.reserve_now import ReserveNow, ReserveNowResponse
from services.charging.domain.ocpp16.reset import Reset, ResetResponse
from services.charging.domain.ocpp16.send_local_list import SendLocalList, SendLocalListResponse
from services.charging.domain.ocpp16.set_charging_profile import (
    SetChargingProfile,
    SetChargingProfileResponse,
)
from services.charging.domain.ocpp16.signed_update_firmware import (
    SignedUpdateFirmware,
    SignedUpdateFirmwareResponse,
)
from services.charging.domain.ocpp16.trigger_message import TriggerMessage, TriggerMessageResponse
from services.charging.domain.ocpp16.types import Message
from services.charging.domain.ocpp16.unlock_connector import (
    UnlockConnector,
    UnlockConnectorResponse,
)
from services.charging.domain.ocpp16.update_firmware import UpdateFirmware, UpdateFirmwareResponse

_PAIRS: tuple[tuple[type[Message], type[Message]], ...] = (
    (ChangeAvailability, ChangeAvailabilityResponse),
    (ChangeConfiguration, ChangeConfigurationResponse),
    (ClearCache, ClearCacheResponse),
    (DataTransfer, DataTransferResponse),
    (GetConfiguration, GetConfigurationResponse),
    (RemoteStartTransaction, RemoteStartTransactionResponse),
    (RemoteStopTransaction, RemoteStopTransactionResponse),
    (Reset, ResetResponse),
    (UnlockConnector, UnlockConnectorResponse),
    (GetDiagnostics, GetDiagnosticsResponse),
    (UpdateFirmware, UpdateFirmwareResponse),
    (GetLocalListVersion, GetLocalListVersionResponse),
    (SendLocalList, SendLocalListResponse),
    (CancelReservation, CancelReservationResponse),
    (ReserveNow, ReserveNowResponse),
    (ClearChargingProfile, ClearChargingProfileResponse),
    (GetCompositeSchedule, GetCompositeScheduleResponse),
    (SetChargingProfile, SetChargingProfileResponse),
    (TriggerMessage, TriggerMessageResponse),
    (CertificateSigned, CertificateSignedResponse),
    (DeleteCertificate, DeleteCertificateResponse),
    (ExtendedTriggerMessage, ExtendedTriggerMessageResponse),
    (GetInstalledCertificateIds, GetInstalledCertificateIdsResponse),
    (GetLog, GetLogResponse),
    (InstallCertificate, InstallCertificateResponse),
    (SignedUpdateFirmware, SignedUpdateFirmwareResponse),
)

REQUESTS: Mapping[str, type[Message]] = {request.__name__: request for request, _ in _PAIRS}
"""By action."""
ANSWERS: Mapping[str, type[Message]] = {request.__name__: answer for request, answer in _PAIRS}
"""By action."""
