"""What the central system may ask of stations: each call with its answer, by block."""

from collections.abc import Mapping

from services.charging.domain.ocpp201 import (
    authorization,
    availability,
    certificates,
    data_transfer,
    diagnostics,
    display,
    firmware,
    local_list,
    monitoring,
    provisioning,
    remote_control,
    reservation,
    security,
    smart_charging,
    tariff_and_cost,
    transactions,
    variables,
)
from services.charging.domain.ocpp_j.message import Message

_PAIRS: tuple[tuple[type[Message], type[Message]], ...] = (
    (security.CertificateSigned, security.CertificateSignedResponse),
    (provisioning.Reset, provisioning.ResetResponse),
    (provisioning.SetNetworkProfile, provisioning.SetNetworkProfileResponse),
    (variables.GetBaseReport, variables.GetBaseReportResponse),
    (variables.GetReport, variables.GetReportResponse),
    (variables.GetVariables, variables.GetVariablesResponse),
    (variables.SetVariables, variables.SetVariablesResponse),
    (authorization.ClearCache, authorization.ClearCacheResponse),
    (local_list.GetLocalListVersion, local_list.GetLocalListVersionResponse),
    (local_list.SendLocalList, local_list.SendLocalListResponse),
    (transactions.GetTransactionStatus, transactions.GetTransactionStatusResponse),
    (remote_control.RequestStartTransaction, remote_control.RequestStartTransactionResponse),
    (remote_control.RequestStopTransaction, remote_control.RequestStopTransactionResponse),
    (remote_control.TriggerMessage, remote_control.TriggerMessageResponse),
    (remote_control.UnlockConnector, remote_control.UnlockConnectorResponse),
    (availability.ChangeAvailability, availability.ChangeAvailabilityResponse),
    (reservation.CancelReservation, reservation.CancelReservationResponse),
    (reservation.ReserveNow, reservation.ReserveNowResponse),
    (tariff_and_cost.CostUpdated, tariff_and_cost.CostUpdatedResponse),
    (smart_charging.ClearChargingProfile, smart_charging.ClearChargingProfileResponse),
    (smart_charging.GetChargingProfiles, smart_charging.GetChargingProfilesResponse),
    (smart_charging.GetCompositeSchedule, smart_charging.GetCompositeScheduleResponse),
    (smart_charging.SetChargingProfile, smart_charging.SetChargingProfileResponse),
    (firmware.PublishFirmware, firmware.PublishFirmwareResponse),
    (firmware.UnpublishFirmware, firmware.UnpublishFirmwareResponse),
    (firmware.UpdateFirmware, firmware.UpdateFirmwareResponse),
    (certificates.DeleteCertificate, certificates.DeleteCertificateResponse),
    (certificates.GetInstalledCertificateIds, certificates.GetInstalledCertificateIdsResponse),
    (certificates.InstallCertificate, certificates.InstallCertificateResponse),
    (diagnostics.CustomerInformation, diagnostics.CustomerInformationResponse),
    (diagnostics.GetLog, diagnostics.GetLogResponse),
    (monitoring.ClearVariableMonitoring, monitoring.ClearVariableMonitoringResponse),
    (monitoring.GetMonitoringReport, monitoring.GetMonitoringReportResponse),
    (monitoring.SetMonitoringBase, monitoring.SetMonitoringBaseResponse),
    (monitoring.SetMonitoringLevel, monitoring.SetMonitoringLevelResponse),
    (monitoring.SetVariableMonitoring, monitoring.SetVariableMonitoringResponse),
    (display.ClearDisplayMessage, display.ClearDisplayMessageResponse),
    (display.GetDisplayMessages, display.GetDisplayMessagesResponse),
    (display.SetDisplayMessage, display.SetDisplayMessageResponse),
    (data_transfer.DataTransfer, data_transfer.DataTransferResponse),
)

REQUESTS: Mapping[str, type[Message]] = {request.__name__: request for request, _ in _PAIRS}
"""By action."""
ANSWERS: Mapping[str, type[Message]] = {request.__name__: answer for request, answer in _PAIRS}
"""By action."""
