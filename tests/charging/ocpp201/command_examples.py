"""An example of each OCPP 2.0.1 command to stations and of its answer, in the standard's words."""

from tests.charging.examples import ACCEPTED, AT, HASH, PEM, Payload
from tests.charging.ocpp201.examples import DISPLAYED, PERIODS, PROFILE, TEXT, VARIABLE
from tests.charging.ocpp201.transactions import CARD1

REQUEST = {"requestId": 1}
FREE = {"vendorId": "com.example", "free": {"for": "the vendor"}}

COMMANDS: dict[str, tuple[Payload, Payload]] = {
    "CancelReservation": ({"reservationId": 7}, ACCEPTED),
    "CertificateSigned": (
        {"certificateChain": PEM, "certificateType": "V2GCertificate"},
        {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidCert"}},
    ),
    "ChangeAvailability": (
        {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}},
        {"status": "Scheduled"},
    ),
    "ClearCache": ({}, ACCEPTED),
    "ClearChargingProfile": (
        {"chargingProfileCriteria": {"evseId": 1, "chargingProfilePurpose": "TxProfile"}},
        {"status": "Unknown"},
    ),
    "ClearDisplayMessage": ({"id": 1}, ACCEPTED),
    "ClearVariableMonitoring": (
        {"id": [3]},
        {"clearMonitoringResult": [{"id": 3, "status": "NotFound"}]},
    ),
    "CostUpdated": ({"totalCost": 12.34, "transactionId": "t-1"}, {}),
    "CustomerInformation": (
        {**REQUEST, "report": True, "clear": False, "idToken": CARD1},
        ACCEPTED,
    ),
    "DataTransfer": (
        {"vendorId": "com.example", "data": {"a": 1}, "customData": FREE},
        {"status": "Accepted", "data": "hello"},
    ),
    "DeleteCertificate": ({"certificateHashData": HASH}, {"status": "NotFound"}),
    "GetBaseReport": ({**REQUEST, "reportBase": "FullInventory"}, ACCEPTED),
    "GetChargingProfiles": (
        {**REQUEST, "evseId": 0, "chargingProfile": {"chargingLimitSource": ["CSO", "EMS"]}},
        {"status": "NoProfiles"},
    ),
    "GetCompositeSchedule": (
        {"duration": 7200, "evseId": 1, "chargingRateUnit": "A"},
        {
            "status": "Accepted",
            "schedule": {
                "evseId": 1,
                "duration": 7200,
                "scheduleStart": AT,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": PERIODS,
            },
        },
    ),
    "GetDisplayMessages": ({**REQUEST, "priority": "AlwaysFront"}, {"status": "Unknown"}),
    "GetInstalledCertificateIds": (
        {"certificateType": ["CSMSRootCertificate"]},
        {
            "status": "Accepted",
            "certificateHashDataChain": [
                {"certificateType": "CSMSRootCertificate", "certificateHashData": HASH}
            ],
        },
    ),
    "GetLocalListVersion": ({}, {"versionNumber": 3}),
    "GetLog": (
        {
            **REQUEST,
            "logType": "SecurityLog",
            "log": {"remoteLocation": "https://example.com/up", "oldestTimestamp": AT},
        },
        {"status": "Accepted", "filename": "security.log"},
    ),
    "GetMonitoringReport": (
        {**REQUEST, "monitoringCriteria": ["DeltaMonitoring"], "componentVariable": [VARIABLE]},
        {"status": "EmptyResultSet"},
    ),
    "GetReport": ({**REQUEST, "componentCriteria": ["Problem"]}, {"status": "NotSupported"}),
    "GetTransactionStatus": (
        {"transactionId": "t-1"},
        {"messagesInQueue": False, "ongoingIndicator": True},
    ),
    "GetVariables": (
        {"getVariableData": [VARIABLE]},
        {
            "getVariableResult": [
                {**VARIABLE, "attributeStatus": "Accepted", "attributeValue": "Available"}
            ]
        },
    ),
    "InstallCertificate": (
        {"certificateType": "CSMSRootCertificate", "certificate": PEM},
        ACCEPTED,
    ),
    "PublishFirmware": (
        {**REQUEST, "location": "https://example.com/fw", "checksum": "d41d8cd98f00b204e9800998"},
        ACCEPTED,
    ),
    "RequestStartTransaction": (
        {"idToken": CARD1, "remoteStartId": 9, "evseId": 1, "chargingProfile": PROFILE},
        {"status": "Accepted", "transactionId": "t-1"},
    ),
    "RequestStopTransaction": ({"transactionId": "t-1"}, {"status": "Rejected"}),
    "ReserveNow": (
        {"id": 7, "expiryDateTime": AT, "connectorType": "cCCS2", "idToken": CARD1, "evseId": 1},
        {"status": "Occupied"},
    ),
    "Reset": ({"type": "OnIdle", "evseId": 1}, {"status": "Scheduled"}),
    "SendLocalList": (
        {
            "versionNumber": 3,
            "updateType": "Full",
            "localAuthorizationList": [
                {
                    "idToken": CARD1,
                    "idTokenInfo": {"status": "Accepted", "personalMessage": TEXT},
                }
            ],
        },
        {"status": "VersionMismatch"},
    ),
    "SetChargingProfile": ({"evseId": 1, "chargingProfile": PROFILE}, ACCEPTED),
    "SetDisplayMessage": ({"message": DISPLAYED}, {"status": "NotSupportedPriority"}),
    "SetMonitoringBase": ({"monitoringBase": "FactoryDefault"}, ACCEPTED),
    "SetMonitoringLevel": ({"severity": 5}, ACCEPTED),
    "SetNetworkProfile": (
        {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "wss://charging.example.com/ocpp",
                "messageTimeout": 30,
                "securityProfile": 2,
                "ocppInterface": "Wired0",
            },
        },
        {"status": "Failed"},
    ),
    "SetVariableMonitoring": (
        {
            "setMonitoringData": [
                {"value": 80.5, "type": "UpperThreshold", "severity": 4, **VARIABLE}
            ]
        },
        {
            "setMonitoringResult": [
                {
                    "id": 3,
                    "status": "Accepted",
                    "type": "UpperThreshold",
                    "severity": 4,
                    **VARIABLE,
                }
            ]
        },
    ),
    "SetVariables": (
        {"setVariableData": [{"attributeValue": "300", **VARIABLE}]},
        {"setVariableResult": [{"attributeStatus": "RebootRequired", **VARIABLE}]},
    ),
    "TriggerMessage": (
        {"requestedMessage": "TransactionEvent", "evse": {"id": 1}},
        {"status": "NotImplemented"},
    ),
    "UnlockConnector": ({"evseId": 1, "connectorId": 1}, {"status": "Unlocked"}),
    "UnpublishFirmware": (
        {"checksum": "d41d8cd98f00b204e9800998"},
        {"status": "DownloadOngoing"},
    ),
    "UpdateFirmware": (
        {
            **REQUEST,
            "retries": 3,
            "firmware": {
                "location": "https://example.com/fw",
                "retrieveDateTime": AT,
                "signingCertificate": PEM,
                "signature": "c2lnbmVk",
            },
        },
        {"status": "AcceptedCanceled"},
    ),
}
