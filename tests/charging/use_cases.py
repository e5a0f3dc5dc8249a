"""The operations of OCPP 1.6 by section, and the use cases of its security white paper."""

from datetime import timedelta

from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.quarantine import Rule
from services.charging.domain.registration import Registration
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.company import DAWN
from tests.charging.examples import ACCEPTED, AT, COMMANDS, MESSAGES, PROFILE, Payload
from tests.charging.transcripts import (
    KeyRotation,
    Operator,
    Refused,
    Registered,
    Station,
    Step,
    UseCase,
    Withheld,
)

NOON = (DAWN + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")


def told(action: str, hears: Payload | None = None, /, **more: object) -> Station:
    """The example of a message, with some of it changed."""
    return Station(action, MESSAGES[action] | more, hears or {})


def commanded(action: str, hears: Payload | None = None, /, **more: object) -> Operator:
    """The example of a command, with some of it changed, and of its answer."""
    request, answer = COMMANDS[action]
    return Operator(action, request | more, hears or answer)


UNTIL = "2026-04-01T06:00:00Z"
"""A day after all of it is heard."""


def thought(of: str, **more: str) -> Payload:
    """What a station hears of an identifier."""
    return {"idTagInfo": {"status": of, **more}}


def begun(transaction_id: int = 1, of: str = "Accepted", **more: object) -> Station:
    return told("StartTransaction", {"transactionId": transaction_id, **thought(of)}, **more)


def ended(meter: int, hears: Payload | None = None, **more: object) -> Station:
    said = {"transactionId": 1, "meterStop": meter, "timestamp": NOON}
    return Station("StopTransaction", said | more, hears or {})


def statuses(*each: str) -> list[Station]:
    return [told("StatusNotification", status=status) for status in each]


def updates(action: str, *each: str) -> list[Station]:
    return [told(action, status=status) for status in each]


def configured(key: str, value: str, hears: str = "Accepted") -> Operator:
    return Operator("ChangeConfiguration", {"key": key, "value": value}, {"status": hears})


def metered(value: str, context: str) -> Payload:
    register = {"value": value, "unit": "Wh", "measurand": "Energy.Active.Import.Register"}
    return {"timestamp": AT, "sampledValue": [{**register, "context": context}]}


def profiled(purpose: str, connector: int, **more: object) -> Operator:
    profile = PROFILE | {"chargingProfilePurpose": purpose, **more}
    return commanded("SetChargingProfile", connectorId=connector, csChargingProfiles=profile)


BOOTED = told("BootNotification", ACCEPTED)
PENDING = told("BootNotification", {"status": "Pending", "interval": 60})
REJECTED = told("BootNotification", {"status": "Rejected", "interval": 600})
KNOWN = told("Authorize", thought("Accepted"))


def unasked(action: str) -> Refused:
    """The example of a message, from a station that may not speak."""
    return Refused(action, MESSAGES[action], ErrorCode.SECURITY_ERROR)


CERTIFIED: list[Step] = [told("SignCertificate", ACCEPTED), commanded("CertificateSigned")]

OPERATIONS: dict[str, UseCase] = {
    "4.1 cards that may, that may not, and that nobody knows": UseCase(
        [
            told("Authorize", thought("Accepted", expiryDate=UNTIL)),
            told("Authorize", thought("Blocked", expiryDate=UNTIL), idTag="card2"),
            told("Authorize", thought("Invalid"), idTag="nobody"),
        ]
    ),
    "4.1 4.10 one of the group stops what another began": UseCase(
        [
            told("StartTransaction", thought("Accepted", parentIdTag="FLEET"), idTag="ada"),
            told("Authorize", thought("Accepted", parentIdTag="FLEET"), idTag="bob"),
            ended(5, thought("Accepted", parentIdTag="FLEET"), idTag="bob"),
        ],
        sessions=(5,),
        tokens=tuple(
            Token(uid, TokenStatus.ACCEPTED, uid, group_uid="FLEET") for uid in ("ADA", "BOB")
        ),
    ),
    "4.2 4.6 4.9 boot": UseCase(
        [BOOTED, *statuses("Available"), told("Heartbeat", {"currentTime": "2026-03-31T06:00:00Z"})]
    ),
    "4.2 set up before it is accepted": UseCase(
        [
            Registered(Registration.PENDING),
            PENDING,
            unasked("Heartbeat"),
            unasked("StartTransaction"),
            commanded("GetConfiguration"),
            configured("MeterValueSampleInterval", "60"),
            Withheld("RemoteStartTransaction", COMMANDS["RemoteStartTransaction"][0]),
            unasked("StatusNotification"),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="StatusNotification"),
            *statuses("Available"),
            PENDING,
            *statuses("Available"),
            Registered(Registration.ACCEPTED),
            unasked("StopTransaction"),
            BOOTED,
            begun(),
        ],
        open=1,
        odd=(Rule.STATION_NOT_ACCEPTED,) * 3,
    ),
    "4.2 refused": UseCase(
        [
            Registered(Registration.REJECTED),
            REJECTED,
            unasked("StartTransaction"),
            Withheld("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="BootNotification"),
            REJECTED,
            Registered(Registration.ACCEPTED),
            BOOTED,
            KNOWN,
        ],
        odd=(Rule.STATION_NOT_ACCEPTED,),
    ),
    "4.3 5.6 a vendor's own, which is not known here": UseCase(
        [told("DataTransfer", {"status": "UnknownVendorId"}), commanded("DataTransfer")]
    ),
    "4.8 4.9 4.7 4.10 a whole session": UseCase(
        [
            KNOWN,
            *statuses("Preparing"),
            begun(meterStart=1000),
            *statuses("Charging"),
            told("MeterValues", transactionId=1),
            *statuses("SuspendedEV", "Finishing"),
            ended(
                8000,
                thought("Accepted"),
                idTag="CARD1",
                reason="Local",
                transactionData=[
                    metered("1000", "Transaction.Begin"),
                    metered("8000", "Transaction.End"),
                ],
            ),
            *statuses("Available"),
        ],
        sessions=(7000,),
    ),
    "4.8 a card that may not: what flowed is kept": UseCase(
        [begun(of="Blocked", idTag="card2"), ended(3, reason="DeAuthorized")], sessions=(3,)
    ),
    "4.8 an unknown card while the station was alone": UseCase(
        [begun(of="Invalid", idTag="nobody"), ended(40, reason="DeAuthorized")],
        sessions=(40,),
        odd=(Rule.TOKEN_UNKNOWN,),
    ),
    "4.8 4.10 what cannot be kept is not acknowledged, and repeated": UseCase(
        [
            Refused("StartTransaction", begun().says),
            begun(),
            begun(),
            Refused("StopTransaction", ended(80).says),
            ended(80),
            ended(80),
        ],
        sessions=(80,),
    ),
    "4.10 the end of a start that was never answered": UseCase(
        [ended(6000, transactionId=-1), begun(meterStart=1000)],
        sessions=(5000,),
        odd=(Rule.STOP_OF_UNKNOWN_TRANSACTION,),
    ),
    "4.9 a fault, and a station that is out of order": UseCase(
        [
            told("StatusNotification", status="Faulted", errorCode="GroundFailure"),
            told("StatusNotification", connectorId=0, status="Unavailable"),
        ]
    ),
    "5.13 4.8 reserved, and who reserved it charges": UseCase(
        [commanded("ReserveNow", ACCEPTED), *statuses("Reserved"), begun(reservationId=7)], open=1
    ),
    "5.13 5.1 reserved and given up": UseCase(
        [
            commanded("ReserveNow"),
            commanded("ReserveNow", ACCEPTED),
            *statuses("Reserved"),
            commanded("CancelReservation"),
            *statuses("Available"),
        ]
    ),
    "5.2 out of service when the vehicle is gone": UseCase(
        [
            begun(),
            commanded("ChangeAvailability"),
            ended(9),
            *statuses("Unavailable"),
            commanded("ChangeAvailability", ACCEPTED, type="Operative"),
            *statuses("Available"),
        ],
        sessions=(9,),
    ),
    "5.3 5.8 settings changed and read": UseCase(
        [
            configured("MeterValueSampleInterval", "60"),
            configured("Nonsense", "1", "NotSupported"),
            commanded("GetConfiguration"),
        ]
    ),
    "5.4 5.10 5.15 the cache and the local list, and a card on it while alone": UseCase(
        [
            commanded("ClearCache"),
            commanded("GetLocalListVersion", {"listVersion": 2}),
            commanded("SendLocalList", {"status": "VersionMismatch"}, updateType="Differential"),
            commanded("SendLocalList"),
            commanded("GetLocalListVersion"),
            begun(),
            ended(10),
        ],
        sessions=(10,),
    ),
    "5.16 5.7 5.5 profiles of the station, of every session, and of one": UseCase(
        [
            profiled("ChargePointMaxProfile", 0),
            profiled("TxDefaultProfile", 0),
            begun(),
            profiled("TxProfile", 1, transactionId=1),
            commanded("GetCompositeSchedule"),
            commanded("ClearChargingProfile", ACCEPTED),
            commanded("ClearChargingProfile"),
        ],
        open=1,
    ),
    "4.4 5.9 diagnostics": UseCase(
        [
            commanded("GetDiagnostics"),
            *updates("DiagnosticsStatusNotification", "Uploading", "Uploaded"),
        ]
    ),
    "5.11 5.12 started and stopped from afar": UseCase(
        [
            commanded("RemoteStartTransaction"),
            begun(),
            commanded("RemoteStopTransaction", ACCEPTED),
            ended(70, reason="Remote"),
        ],
        sessions=(70,),
    ),
    "5.14 reset while a vehicle charges": UseCase(
        [begun(), commanded("Reset"), ended(60, reason="SoftReset"), BOOTED], sessions=(60,)
    ),
    "5.17 told to tell": UseCase(
        [
            commanded("TriggerMessage"),
            commanded("TriggerMessage", ACCEPTED),
            told("MeterValues"),
            commanded("ExtendedTriggerMessage", requestedMessage="StatusNotification"),
            *statuses("Available"),
        ]
    ),
    "5.18 unlock": UseCase(
        [
            begun(),
            commanded("UnlockConnector"),
            ended(30, reason="UnlockCommand"),
        ],
        sessions=(30,),
    ),
    "4.5 5.19 firmware": UseCase(
        [
            commanded("UpdateFirmware"),
            *updates("FirmwareStatusNotification", "Downloading", "Downloaded", "Installing"),
            BOOTED,
            *updates("FirmwareStatusNotification", "Installed"),
        ]
    ),
    "A01 a new password, which nobody sees": UseCase(
        [KeyRotation("ChangeConfiguration", ACCEPTED)]
    ),
    "A01 a new password, which the station does not take": UseCase(
        [KeyRotation("ChangeConfiguration", {"status": "Rejected"}, is_taken=False)]
    ),
    "A02 A03 a certificate, asked for by the operator and by the station": UseCase(
        [commanded("ExtendedTriggerMessage"), *CERTIFIED, *CERTIFIED]
    ),
    "A04 a security event": UseCase([told("SecurityEventNotification")]),
    "A05 a higher security profile": UseCase(
        [commanded("InstallCertificate"), configured("SecurityProfile", "2"), BOOTED]
    ),
    "L01 secure firmware update": UseCase(
        [
            commanded("SignedUpdateFirmware"),
            *updates(
                "SignedFirmwareStatusNotification",
                *("Downloading", "Downloaded", "SignatureVerified", "Installing"),
            ),
            told("SecurityEventNotification", type="FirmwareUpdated"),
            BOOTED,
            *updates("SignedFirmwareStatusNotification", "Installed"),
        ]
    ),
    "M03 M04 M05 root certificates": UseCase(
        [
            commanded("InstallCertificate"),
            commanded("GetInstalledCertificateIds"),
            commanded("DeleteCertificate", ACCEPTED),
        ]
    ),
    "N01 the security log": UseCase(
        [commanded("GetLog"), *updates("LogStatusNotification", "Uploading", "Uploaded")]
    ),
}
