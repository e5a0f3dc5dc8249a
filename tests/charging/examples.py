"""An example of each OCPP 1.6 message, in the words of the standard."""

from typing import Any

from tests.charging.official import OCPP_1_6

Payload = dict[str, Any]

AT = "2026-03-01T06:00:00Z"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a1" * 32,
    "issuerKeyHash": "b2" * 32,
    "serialNumber": "4711",
}
SCHEDULE = {
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 16.0, "numberPhases": 3},
        {"startPeriod": 3600, "limit": 6.5},
    ],
    "duration": 7200,
}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": SCHEDULE,
    "validTo": AT,
}
VALUE = {"timestamp": AT, "sampledValue": [{"value": "1500", "unit": "Wh"}]}
ACCEPTED = {"status": "Accepted"}

MESSAGES: dict[str, Payload] = {
    "Authorize": {"idTag": "CARD1"},
    "BootNotification": {"chargePointVendor": "Vendor", "chargePointModel": "Model"},
    "DataTransfer": {"vendorId": "com.example", "messageId": "hello", "data": "{}"},
    "DiagnosticsStatusNotification": {"status": "Uploading"},
    "FirmwareStatusNotification": {"status": "Installed"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Uploaded", "requestId": 1},
    "MeterValues": {"connectorId": 1, "meterValue": [VALUE]},
    "SecurityEventNotification": {"type": "FirmwareUpdated", "timestamp": AT},
    "SignCertificate": {"csr": "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n"},
    "SignedFirmwareStatusNotification": {"status": "SignatureVerified", "requestId": 2},
    "StartTransaction": {"connectorId": 1, "idTag": "CARD1", "meterStart": 0, "timestamp": AT},
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
    "StopTransaction": {"transactionId": -1, "meterStop": 5, "timestamp": AT},
}
"""What stations send."""

COMMANDS: dict[str, tuple[Payload, Payload]] = {
    "CancelReservation": ({"reservationId": 7}, ACCEPTED),
    "CertificateSigned": ({"certificateChain": PEM}, ACCEPTED),
    "ChangeAvailability": ({"connectorId": 0, "type": "Inoperative"}, {"status": "Scheduled"}),
    "ChangeConfiguration": (
        {"key": "MeterValueSampleInterval", "value": "60"},
        {"status": "RebootRequired"},
    ),
    "ClearCache": ({}, ACCEPTED),
    "ClearChargingProfile": ({"id": 1}, {"status": "Unknown"}),
    "DataTransfer": ({"vendorId": "com.example"}, {"status": "Accepted", "data": "hello"}),
    "DeleteCertificate": ({"certificateHashData": HASH}, {"status": "NotFound"}),
    "ExtendedTriggerMessage": ({"requestedMessage": "SignChargePointCertificate"}, ACCEPTED),
    "GetCompositeSchedule": (
        {"connectorId": 1, "duration": 7200, "chargingRateUnit": "A"},
        {"status": "Accepted", "connectorId": 1, "chargingSchedule": SCHEDULE},
    ),
    "GetConfiguration": (
        {"key": ["HeartbeatInterval", "Nonsense"]},
        {
            "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
            "unknownKey": ["Nonsense"],
        },
    ),
    "GetDiagnostics": ({"location": "https://example.com/up", "startTime": AT}, {"fileName": "a"}),
    "GetInstalledCertificateIds": (
        {"certificateType": "CentralSystemRootCertificate"},
        {"status": "Accepted", "certificateHashData": [HASH]},
    ),
    "GetLocalListVersion": ({}, {"listVersion": 3}),
    "GetLog": (
        {
            "logType": "SecurityLog",
            "requestId": 1,
            "log": {"remoteLocation": "https://example.com/up"},
        },
        {"status": "Accepted", "filename": "security.log"},
    ),
    "InstallCertificate": (
        {"certificateType": "CentralSystemRootCertificate", "certificate": PEM},
        ACCEPTED,
    ),
    "RemoteStartTransaction": (
        {"idTag": "CARD1", "connectorId": 1, "chargingProfile": PROFILE},
        ACCEPTED,
    ),
    "RemoteStopTransaction": ({"transactionId": 1}, {"status": "Rejected"}),
    "ReserveNow": (
        {"connectorId": 1, "expiryDate": AT, "idTag": "CARD1", "reservationId": 7},
        {"status": "Occupied"},
    ),
    "Reset": ({"type": "Soft"}, ACCEPTED),
    "SendLocalList": (
        {
            "listVersion": 3,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "CARD1", "idTagInfo": {"status": "Accepted"}}],
        },
        {"status": "Accepted"},
    ),
    "SetChargingProfile": ({"connectorId": 1, "csChargingProfiles": PROFILE}, ACCEPTED),
    "SignedUpdateFirmware": (
        {
            "requestId": 2,
            "firmware": {
                "location": "https://example.com/fw",
                "retrieveDateTime": AT,
                "signingCertificate": PEM,
                "signature": "c2lnbmVk",
            },
        },
        ACCEPTED,
    ),
    "TriggerMessage": (
        {"requestedMessage": "MeterValues", "connectorId": 1},
        {"status": "NotImplemented"},
    ),
    "UnlockConnector": ({"connectorId": 1}, {"status": "Unlocked"}),
    "UpdateFirmware": ({"location": "https://example.com/fw", "retrieveDate": AT}, {}),
}
"""What the central system sends, and what a station answers."""


check = OCPP_1_6.check
"""Raise `jsonschema.ValidationError` unless the official schema allows the payload."""
