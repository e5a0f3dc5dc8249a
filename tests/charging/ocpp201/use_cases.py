"""Use cases of each block of OCPP 2.0.1, as transcripts spoken with the running program."""

from datetime import timedelta

from tests.charging.company import DAWN
from tests.charging.examples import ACCEPTED, AT
from tests.charging.ocpp201.examples import EVENT, OCSP
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.ocpp201.transcripts import (
    NOW,
    boot,
    commanded,
    firmware,
    profile,
    schedule,
    status,
    takes,
    told,
    tx,
    wants,
)
from tests.charging.transcripts import Station, UseCase

KNOWN = {"idTokenInfo": {"status": "Accepted"}}
EVSE = {"id": 1, "connectorId": 1}
NOON = DAWN + timedelta(hours=6)
CABLE_FIRST = [
    tx(event("Started", 0, evse=EVSE, trigger="CablePluggedIn", meter=1000)),
    told("Authorize", KNOWN),
    tx(event("Updated", 1, idToken=CARD1, trigger="Authorized"), KNOWN),
    tx(event("Updated", 2, trigger="ChargingStateChanged")),
    tx(event("Updated", 3, DAWN + timedelta(hours=1), meter=8000, trigger="MeterValuePeriodic")),
]
REMOTE = {"remoteStartId": 9, "idToken": CARD1, "evseId": 1}
REMOTELY_STARTED = event("Started", 0, idToken=CARD1, trigger="RemoteStart", meter=0, evse=EVSE)
REMOTELY_STARTED["transactionInfo"]["remoteStartId"] = 9

WATTS_ALONE = {
    "component": {"name": "SmartChargingCtrlr"},
    "variable": {"name": "RateUnit"},
    "variableAttribute": [{"value": "W", "mutability": "ReadOnly"}],
}

USE_CASES: dict[str, UseCase] = {
    "A02 a certificate asked for by the operator": UseCase(
        [
            commanded(
                "TriggerMessage", ACCEPTED, requestedMessage="SignChargingStationCertificate"
            ),
            told("SignCertificate", ACCEPTED),
            commanded("CertificateSigned", ACCEPTED, certificateType="ChargingStationCertificate"),
        ]
    ),
    "A04 a security event": UseCase([told("SecurityEventNotification")]),
    "B01 cold boot": UseCase(
        [boot("PowerUp"), status("Available"), told("Heartbeat"), status("Occupied")]
    ),
    "B05 B06 variables set and read": UseCase(
        [commanded("SetVariables"), commanded("GetVariables")]
    ),
    "B07 a base report in two parts": UseCase(
        [
            commanded("GetBaseReport"),
            told("NotifyReport", tbc=True),
            Station("NotifyReport", {"requestId": 1, "generatedAt": AT, "seqNo": 1}, {}),
        ]
    ),
    "B08 a report on some variables, and an empty one": UseCase(
        [
            commanded("GetReport", ACCEPTED),
            told("NotifyReport"),
            commanded("GetReport", {"status": "EmptyResultSet"}),
        ]
    ),
    "B09 a network profile": UseCase([commanded("SetNetworkProfile", ACCEPTED)]),
    "B11 reset": UseCase([commanded("Reset", ACCEPTED, type="Immediate"), boot("RemoteReset")]),
    "C01 C11 a card, and the cache of cards": UseCase(
        [
            told("Authorize", KNOWN),
            told(
                "Authorize",
                {"idTokenInfo": {"status": "Unknown"}},
                idToken={"idToken": "0", "type": "KeyCode"},
            ),
            commanded("ClearCache"),
        ]
    ),
    "C07 plug and charge, where no root of contracts is trusted": UseCase(
        [
            told(
                "Authorize",
                {"idTokenInfo": {"status": "Invalid"}, "certificateStatus": "CertChainError"},
                idToken={"idToken": "DE8AA1234567", "type": "eMAID"},
                iso15118CertificateHashData=[OCSP],
            )
        ]
    ),
    "D01 D02 the local list": UseCase(
        [commanded("SendLocalList", ACCEPTED), commanded("GetLocalListVersion")]
    ),
    "E02 E06 cable first, and the cable ends it": UseCase(
        [
            *CABLE_FIRST,
            tx(
                event("Ended", 4, NOON, meter=31_000, reason="EVDisconnected", trigger="EVDeparted")
            ),
        ],
        sessions=(30_000,),
    ),
    "E07 the card ends it": UseCase(
        [
            *CABLE_FIRST,
            tx(
                event(
                    "Ended",
                    4,
                    NOON,
                    idToken=CARD1,
                    meter=9000,
                    reason="Local",
                    trigger="StopAuthorized",
                ),
                KNOWN,
            ),
        ],
        sessions=(8000,),
    ),
    "E12 offline, and told later": UseCase(
        [
            tx(event("Started", 0, idToken=CARD1, meter=0, evse=EVSE, offline=True), KNOWN),
            tx(event("Updated", 1, meter=400, offline=True)),
            tx(event("Ended", 2, NOON, meter=900, offline=True)),
        ],
        sessions=(900,),
    ),
    "E14 does it go on": UseCase([*CABLE_FIRST, commanded("GetTransactionStatus")]),
    "F01 F03 started and stopped from afar": UseCase(
        [
            commanded("RequestStartTransaction", ACCEPTED),
            tx(REMOTELY_STARTED, KNOWN),
            commanded("RequestStopTransaction", ACCEPTED),
            tx(event("Ended", 1, NOON, meter=700, reason="Remote", trigger="RemoteStop")),
        ],
        sessions=(700,),
    ),
    "F05 F06 unlock, and tell": UseCase(
        [
            commanded("UnlockConnector"),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="StatusNotification"),
            status("Available"),
        ]
    ),
    "G03 an EVSE out of service": UseCase(
        [commanded("ChangeAvailability", ACCEPTED), status("Unavailable")]
    ),
    "H01 H02 H04 reserved, given up, expired": UseCase(
        [
            commanded("ReserveNow", ACCEPTED),
            status("Reserved"),
            commanded("CancelReservation"),
            told("ReservationStatusUpdate"),
        ]
    ),
    "I02 what it costs until now": UseCase([*CABLE_FIRST, commanded("CostUpdated")]),
    "J01 the meter, by the clock": UseCase([told("MeterValues")]),
    "K01 K08 K09 K10 profiles": UseCase(
        [
            commanded("SetChargingProfile"),
            commanded("GetCompositeSchedule"),
            commanded("GetChargingProfiles", ACCEPTED),
            told("ReportChargingProfiles"),
            commanded("ClearChargingProfile", ACCEPTED),
        ]
    ),
    "K01 a station that takes watts alone": UseCase(
        [
            profile(0, "TxDefaultProfile", "A", 30),
            told("NotifyReport", reportData=[WATTS_ALONE]),
            tx(event("Started", 0, NOW, idToken=CARD1, evse=EVSE, meter=0), KNOWN),
            profile(1, "TxProfile", "W", 20_700),
            tx(event("Ended", 1, NOW, meter=500)),
        ],
        sessions=(500,),
        limit_a=30,
    ),
    "K12 K13 a limit from outside": UseCase(
        [told("NotifyChargingLimit"), told("ClearedChargingLimit")]
    ),
    "K02 K15 K16 K17 what the vehicle wants, gets and takes, and both anew": UseCase(
        [
            profile(0, "TxDefaultProfile", "A", 30),
            tx(event("Started", 0, NOW, idToken=CARD1, evse=EVSE, meter=0), KNOWN),
            profile(1, "TxProfile", "A", 30),
            wants(13_800),
            profile(1, "TxProfile", "W", 13_800),
            takes(13_800),
            # K16: the central system offers less, as somebody else limits the station.
            told(
                "NotifyChargingLimit", evseId=1, chargingSchedule=[{"id": 1, **schedule("A", 10)}]
            ),
            profile(1, "TxProfile", "W", 6_900),
            takes(6_900),
            # K17: the vehicle wants less.
            wants(4_830),
            profile(1, "TxProfile", "W", 4_830),
            takes(14_000, "Rejected"),
            wants(4_830),
            profile(1, "TxProfile", "W", 4_830),
            takes(4_830),
            tx(event("Ended", 1, NOW, meter=500)),
        ],
        sessions=(500,),
        limit_a=30,
    ),
    "K15 where nothing is planned": UseCase(
        [told("NotifyEVChargingNeeds", {"status": "Rejected"})]
    ),
    "L01 secure firmware update": UseCase(
        [
            commanded("UpdateFirmware", ACCEPTED),
            *map(firmware, ("Downloading", "Downloaded", "SignatureVerified", "Installing")),
            told("SecurityEventNotification", type="FirmwareUpdated"),
            boot("FirmwareUpdate"),
            firmware("Installed"),
        ]
    ),
    "L03 L04 firmware offered on the spot": UseCase(
        [
            commanded("PublishFirmware"),
            told("PublishFirmwareStatusNotification"),
            commanded("UnpublishFirmware", {"status": "Unpublished"}),
        ]
    ),
    "M01 M06 contracts of vehicles, where nobody issues them": UseCase(
        [
            told("Get15118EVCertificate", {"status": "Failed"}),
            told("GetCertificateStatus", {"status": "Failed"}),
        ]
    ),
    "M03 M04 M05 root certificates": UseCase(
        [
            commanded("InstallCertificate"),
            commanded("GetInstalledCertificateIds"),
            commanded("DeleteCertificate", ACCEPTED),
        ]
    ),
    "N01 a log": UseCase(
        [
            commanded("GetLog"),
            told("LogStatusNotification", status="Uploading"),
            told("LogStatusNotification"),
        ]
    ),
    "N02 to N08 monitors": UseCase(
        [
            commanded("SetMonitoringBase"),
            commanded("SetMonitoringLevel"),
            commanded("SetVariableMonitoring"),
            told("NotifyEvent"),
            told("NotifyEvent", eventData=[EVENT | {"cleared": True, "actualValue": "60"}]),
            commanded("GetMonitoringReport", ACCEPTED),
            told("NotifyMonitoringReport"),
            commanded(
                "ClearVariableMonitoring",
                {"clearMonitoringResult": [{"id": 3, "status": "Accepted"}]},
            ),
        ]
    ),
    "N09 what it knows of a customer": UseCase(
        [commanded("CustomerInformation"), told("NotifyCustomerInformation")]
    ),
    "O01 O03 O05 messages on the display": UseCase(
        [
            commanded("SetDisplayMessage", ACCEPTED),
            commanded("GetDisplayMessages", ACCEPTED),
            told("NotifyDisplayMessages"),
            commanded("ClearDisplayMessage"),
        ]
    ),
    "P01 P02 a vendor's own, which is not known here": UseCase(
        [told("DataTransfer", {"status": "UnknownVendorId"}), commanded("DataTransfer")]
    ),
}
