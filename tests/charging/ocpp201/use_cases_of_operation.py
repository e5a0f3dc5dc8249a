"""OCPP 2.0.1, blocks K to P: profiles, firmware, certificates, reports, the display."""

from tests.charging.examples import ACCEPTED
from tests.charging.ocpp201.command_examples import COMMANDS
from tests.charging.ocpp201.examples import DISPLAYED, MESSAGES, PROFILE, TEXT
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.ocpp201.transcripts import boot, commanded, firmware, status, told, tx
from tests.charging.ocpp201.use_cases_of_access import AT_ONCE, EVSE, KNOWN
from tests.charging.transcripts import UseCase

VENDORS = {"vendorId": "com.example", "bay": {"number": 7}}
UNSIGNED = {
    name: COMMANDS["UpdateFirmware"][0]["firmware"][name]
    for name in ("location", "retrieveDateTime")
}
OF_TRANSACTION = {
    "id": 2,
    "priority": "InFront",
    "message": TEXT,
    "transactionId": "t-1",
}

OPERATION: dict[str, UseCase] = {
    "K04 what the whole station may draw, which it shares among its EVSEs": UseCase(
        [
            commanded(
                "SetChargingProfile",
                evseId=0,
                chargingProfile=PROFILE | {"chargingProfilePurpose": "ChargingStationMaxProfile"},
            )
        ]
    ),
    "K05 started from afar with a profile": UseCase(
        [
            commanded(
                "RequestStartTransaction",
                ACCEPTED,
                chargingProfile=PROFILE | {"chargingProfilePurpose": "TxProfile"},
            ),
            tx(
                event("Started", 0, idToken=CARD1, evse=EVSE, meter=0, trigger="RemoteStart"), KNOWN
            ),
        ],
        open=1,
    ),
    "K11 a limit from outside while a vehicle charges": UseCase(
        [
            AT_ONCE,
            told("NotifyChargingLimit"),
            tx(event("Updated", 1, trigger="ChargingRateChanged")),
        ],
        open=1,
    ),
    "L02 firmware that is not signed": UseCase(
        [
            commanded("UpdateFirmware", ACCEPTED, firmware=UNSIGNED),
            *map(firmware, ("Downloading", "Downloaded", "Installing", "InstallRebooting")),
            boot("FirmwareUpdate"),
            firmware("Installed"),
            status("Available"),
        ]
    ),
    "M02 the contract of a vehicle anew, where nobody issues them": UseCase(
        [told("Get15118EVCertificate", {"status": "Failed"}, action="Update")]
    ),
    "N10 what it knows of a customer, forgotten": UseCase(
        [
            commanded("CustomerInformation", report=False, clear=True),
            told("NotifyCustomerInformation", data=""),
        ]
    ),
    "O02 a message while one charges": UseCase(
        [AT_ONCE, commanded("SetDisplayMessage", ACCEPTED, message=OF_TRANSACTION)], open=1
    ),
    "O04 one message of the display": UseCase(
        [commanded("GetDisplayMessages", ACCEPTED, id=[1]), told("NotifyDisplayMessages")]
    ),
    "O06 another message in its place": UseCase(
        [
            commanded("SetDisplayMessage", ACCEPTED),
            commanded(
                "SetDisplayMessage",
                ACCEPTED,
                message=DISPLAYED | {"message": TEXT | {"content": "Gute Nacht"}},
            ),
        ]
    ),
    "P a vendor's own within messages of the standard": UseCase(
        [
            told("Heartbeat", customData=VENDORS),
            told(
                "BootNotification",
                ACCEPTED,
                chargingStation=MESSAGES["BootNotification"]["chargingStation"]
                | {"customData": VENDORS},
            ),
            commanded("Reset", customData=VENDORS),
        ]
    ),
}
