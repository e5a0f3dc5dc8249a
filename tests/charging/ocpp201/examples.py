"""An example of each OCPP 2.0.1 message that stations send, in the words of the standard."""

from tests.charging.examples import AT, HASH, Payload
from tests.charging.ocpp201.transactions import CARD1, event

VARIABLE = {
    "component": {"name": "EVSE", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "AvailabilityState", "instance": "now"},
}
PERIODS = [{"startPeriod": 0, "limit": 16.0, "numberPhases": 3}, {"startPeriod": 3600, "limit": 6}]
SCHEDULE = {
    "id": 1,
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": PERIODS,
    "startSchedule": AT,
    "duration": 7200,
    "salesTariff": {
        "id": 1,
        "numEPriceLevels": 2,
        "salesTariffEntry": [
            {
                "relativeTimeInterval": {"start": 0, "duration": 3600},
                "ePriceLevel": 1,
                "consumptionCost": [
                    {
                        "startValue": 0.0,
                        "cost": [
                            {
                                "costKind": "RelativePricePercentage",
                                "amount": 40,
                                "amountMultiplier": 0,
                            }
                        ],
                    }
                ],
            }
        ],
    },
}
PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [SCHEDULE],
    "validTo": AT,
}
OCSP = {**HASH, "responderURL": "https://ocsp.example.com"}
TEXT = {"format": "UTF8", "language": "de", "content": "Guten Morgen"}
DISPLAYED = {
    "id": 1,
    "priority": "NormalCycle",
    "state": "Idle",
    "message": TEXT,
    "endDateTime": AT,
}
SIGNED = {
    "signedMeterData": "T0NNRg==",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "MFkw",
}
VALUE = {
    "timestamp": AT,
    "sampledValue": [
        {
            "value": 1.5,
            "context": "Sample.Clock",
            "measurand": "Energy.Active.Import.Register",
            "location": "Outlet",
            "unitOfMeasure": {"unit": "Wh", "multiplier": 3},
            "signedMeterValue": SIGNED,
        },
        {"value": 230.4, "measurand": "Voltage", "phase": "L1-N"},
    ],
}
EVENT = {
    "eventId": 7,
    "timestamp": AT,
    "trigger": "Alerting",
    "actualValue": "81.5",
    "eventNotificationType": "CustomMonitor",
    "variableMonitoringId": 3,
    "cleared": False,
    **VARIABLE,
}

MESSAGES: dict[str, Payload] = {
    "Authorize": {"idToken": CARD1},
    "BootNotification": {
        "reason": "PowerUp",
        "chargingStation": {
            "model": "Model",
            "vendorName": "Vendor",
            "firmwareVersion": "1.0",
            "modem": {"iccid": "8949", "imsi": "26201"},
        },
    },
    "ClearedChargingLimit": {"chargingLimitSource": "EMS", "evseId": 1},
    "DataTransfer": {"vendorId": "com.example", "data": {"any": ["thing", 1]}},
    "FirmwareStatusNotification": {"status": "Installed", "requestId": 2},
    "Get15118EVCertificate": {
        "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
        "action": "Install",
        "exiRequest": "gAA=",
    },
    "GetCertificateStatus": {"ocspRequestData": OCSP},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Uploaded", "requestId": 1},
    "MeterValues": {"evseId": 1, "meterValue": [VALUE]},
    "NotifyChargingLimit": {
        "evseId": 1,
        "chargingLimit": {"chargingLimitSource": "SO", "isGridCritical": True},
        "chargingSchedule": [SCHEDULE],
    },
    "NotifyCustomerInformation": {"data": "CARD1", "seqNo": 0, "generatedAt": AT, "requestId": 1},
    "NotifyDisplayMessages": {"requestId": 1, "messageInfo": [DISPLAYED], "tbc": False},
    "NotifyEVChargingNeeds": {
        "evseId": 1,
        "chargingNeeds": {
            "requestedEnergyTransfer": "DC",
            "departureTime": AT,
            "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 400, "stateOfCharge": 20},
        },
    },
    "NotifyEVChargingSchedule": {"evseId": 1, "timeBase": AT, "chargingSchedule": SCHEDULE},
    "NotifyEvent": {"generatedAt": AT, "seqNo": 0, "eventData": [EVENT]},
    "NotifyMonitoringReport": {
        "requestId": 1,
        "generatedAt": AT,
        "seqNo": 0,
        "monitor": [
            {
                **VARIABLE,
                "variableMonitoring": [
                    {
                        "id": 3,
                        "transaction": False,
                        "value": 80.5,
                        "type": "UpperThreshold",
                        "severity": 4,
                    }
                ],
            }
        ],
    },
    "NotifyReport": {
        "requestId": 1,
        "generatedAt": AT,
        "seqNo": 0,
        "reportData": [
            {
                **VARIABLE,
                "variableAttribute": [
                    {"value": "Available", "mutability": "ReadOnly"},
                    {"type": "Target", "value": "Unavailable"},
                ],
                "variableCharacteristics": {
                    "dataType": "OptionList",
                    "supportsMonitoring": True,
                    "valuesList": "Available,Unavailable",
                },
            }
        ],
    },
    "PublishFirmwareStatusNotification": {
        "status": "Published",
        "location": ["https://lan.example.com/fw"],
        "requestId": 1,
    },
    "ReportChargingProfiles": {
        "requestId": 1,
        "chargingLimitSource": "CSO",
        "evseId": 1,
        "chargingProfile": [PROFILE],
    },
    "ReservationStatusUpdate": {"reservationId": 7, "reservationUpdateStatus": "Expired"},
    "SecurityEventNotification": {"type": "SettingSystemTime", "timestamp": AT},
    "SignCertificate": {
        "csr": "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n",
        "certificateType": "ChargingStationCertificate",
    },
    "StatusNotification": {
        "timestamp": AT,
        "connectorStatus": "Occupied",
        "evseId": 1,
        "connectorId": 1,
    },
    "TransactionEvent": event("Started", 0, idToken=CARD1, evse={"id": 1}, meter=0),
}
