"""OCPP 2.0.1, blocks A to D: who a station is, how it is set up, and who may charge at it."""

from datetime import timedelta

from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.quarantine import Rule
from services.charging.domain.registration import Registration
from services.charging.domain.tokens import ANONYMOUS, Token, TokenStatus
from tests.charging.company import DAWN
from tests.charging.examples import ACCEPTED, Payload
from tests.charging.ocpp201.command_examples import COMMANDS
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.ocpp201.transcripts import boot, commanded, status, told, tx
from tests.charging.transcripts import KeyRotation, Operator, Refused, Registered, UseCase, Withheld

NOON = DAWN + timedelta(hours=6)
EVSE = {"id": 1, "connectorId": 1}


def thought(of: str) -> Payload:
    """What a station hears of an identifier."""
    return {"idTokenInfo": {"status": of}}


def of_group(group: str) -> Payload:
    """The same, where it is accepted and one of a group."""
    grouped = {"status": "Accepted", "groupIdToken": identifier(group, "Central")}
    return {"idTokenInfo": grouped}


REMEMBERED = {"idTokenInfo": {"status": "Accepted", "cacheExpiryDateTime": "2026-04-01T06:00:00Z"}}
KNOWN, UNKNOWN = thought("Accepted"), thought("Unknown")


def identifier(text: str, kind: str) -> Payload:
    return {"idToken": text, "type": kind}


def token(uid: str, group: str | None = None) -> Token:
    return Token(uid, TokenStatus.ACCEPTED, "Ada", group_uid=group)


def variable_set(component: str, name: str, value: str, result: str = "Accepted") -> Operator:
    place = {"component": {"name": component}, "variable": {"name": name}}
    return Operator(
        "SetVariables",
        {"setVariableData": [{"attributeValue": value, **place}]},
        {"setVariableResult": [{"attributeStatus": result, **place}]},
    )


def password_set(result: str) -> KeyRotation:
    answer = variable_set("SecurityCtrlr", "BasicAuthPassword", "", result).hears
    return KeyRotation("SetVariables", answer, is_taken=result == "Accepted")


def network(security_profile: int, url: str) -> Operator:
    [example, _] = COMMANDS["SetNetworkProfile"]
    data = example["connectionData"]
    data = data | {"securityProfile": security_profile, "ocppCsmsUrl": url}
    return commanded("SetNetworkProfile", ACCEPTED, connectionData=data)


def unasked(action: str) -> Refused:
    """The example of a message, from a station that may not speak."""
    return Refused(action, MESSAGES[action], ErrorCode.SECURITY_ERROR)


PENDING = told("BootNotification", {"status": "Pending", "interval": 60})
REJECTED = told("BootNotification", {"status": "Rejected", "interval": 600})
OURS = "wss://charging.example.com/ocpp"
AT_ONCE = tx(event("Started", 0, idToken=CARD1, meter=0, evse=EVSE, trigger="Authorized"), KNOWN)
ADA, BOB, GUARD = (identifier(name, "ISO14443") for name in ("ada", "bob", "guard"))
FLEET = of_group("FLEET")
BUTTON = event("Started", 0, idToken=identifier("", "NoAuthorization"), meter=0, evse=EVSE)

ACCESS: dict[str, UseCase] = {
    "A01 a new password, which nobody sees": UseCase([password_set("Accepted")]),
    "A01 a new password, which the station does not take": UseCase([password_set("Rejected")]),
    "A03 the station wants a certificate anew": UseCase(
        [
            told("SignCertificate", ACCEPTED),
            commanded("CertificateSigned", ACCEPTED, certificateType="ChargingStationCertificate"),
            # One for vehicles is signed by whoever the operator chooses.
            told("SignCertificate", ACCEPTED, certificateType="V2GCertificate"),
            commanded("CertificateSigned", ACCEPTED),
        ]
    ),
    "A05 a higher security profile": UseCase(
        [
            commanded("InstallCertificate"),
            network(3, OURS),
            variable_set("OCPPCommCtrlr", "NetworkConfigurationPriority", "1", "RebootRequired"),
            commanded("Reset", ACCEPTED, type="Immediate"),
            boot("RemoteReset"),
        ]
    ),
    "B02 set up before it is accepted": UseCase(
        [
            Registered(Registration.PENDING),
            PENDING,
            unasked("Heartbeat"),
            unasked("NotifyReport"),
            commanded("GetBaseReport"),
            told("NotifyReport"),
            variable_set("SampledDataCtrlr", "TxUpdatedInterval", "60"),
            Withheld("RequestStartTransaction", COMMANDS["RequestStartTransaction"][0]),
            unasked("TransactionEvent"),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="SignV2GCertificate"),
            told("SignCertificate", ACCEPTED),
            Registered(Registration.ACCEPTED),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="BootNotification"),
            boot("Triggered"),
            status("Available"),
        ],
        odd=(Rule.STATION_NOT_ACCEPTED,) * 2,
    ),
    "B03 refused": UseCase(
        [
            Registered(Registration.REJECTED),
            REJECTED,
            unasked("StatusNotification"),
            Withheld("GetBaseReport", COMMANDS["GetBaseReport"][0]),
            commanded("TriggerMessage", ACCEPTED, requestedMessage="BootNotification"),
            REJECTED,
            unasked("Authorize"),
        ],
        odd=(Rule.STATION_NOT_ACCEPTED,),
    ),
    "B04 back after it was alone": UseCase([status("Available"), told("Heartbeat")]),
    "B10 on to another central system": UseCase(
        [
            network(2, "wss://another.example.com/ocpp"),
            variable_set("OCPPCommCtrlr", "NetworkConfigurationPriority", "1,0"),
            commanded("Reset"),
            boot("RemoteReset"),
        ]
    ),
    "B12 reset while a vehicle charges": UseCase(
        [
            AT_ONCE,
            commanded("Reset", ACCEPTED, type="Immediate"),
            tx(
                event("Ended", 1, NOON, meter=600, reason="ImmediateReset", trigger="ResetCommand"),
            ),
            boot("RemoteReset"),
            status("Available"),
        ],
        sessions=(600,),
    ),
    "C02 a start button, whose token is registered": UseCase(
        [tx(BUTTON, KNOWN)],
        open=1,
        tokens=(token(ANONYMOUS),),
    ),
    "C02 a start button, whose token nobody registered": UseCase(
        [
            tx(BUTTON, UNKNOWN),
            tx(event("Ended", 1, meter=0, reason="DeAuthorized", trigger="Deauthorized")),
        ],
        sessions=(0,),
        odd=(Rule.TOKEN_UNKNOWN,),
    ),
    "C04 a PIN": UseCase(
        [
            told("Authorize", KNOWN, idToken=identifier("1234", "KeyCode")),
            told("Authorize", UNKNOWN, idToken=identifier("4321", "KeyCode")),
        ],
        tokens=(token("1234"),),
    ),
    "C05 begun by the central system, whose identifier it is": UseCase(
        [
            commanded("RequestStartTransaction", idToken=identifier("CARD1", "Central")),
            told("Authorize", KNOWN, idToken=identifier("CARD1", "Central")),
            tx(
                event("Started", 0, idToken=identifier("CARD1", "Central"), meter=0, evse=EVSE),
                KNOWN,
            ),
        ],
        open=1,
    ),
    "C06 an identifier that the station made": UseCase(
        [told("Authorize", KNOWN, idToken=identifier("ticket-7", "Local"))],
        tokens=(token("TICKET-7"),),
    ),
    "C08 a card, where vehicle and station speak ISO 15118": UseCase(
        [
            tx(event("Started", 0, evse=EVSE, trigger="CablePluggedIn", meter=0)),
            told("Authorize", KNOWN),
            tx(event("Updated", 1, idToken=CARD1, trigger="Authorized"), KNOWN),
        ],
        open=1,
    ),
    "C09 one of the group stops what another began": UseCase(
        [
            told("Authorize", FLEET, idToken=ADA),
            tx(event("Started", 0, idToken=ADA, meter=0, evse=EVSE), FLEET),
            told("Authorize", FLEET, idToken=BOB),
            tx(event("Ended", 1, NOON, idToken=BOB, meter=5, trigger="StopAuthorized"), FLEET),
        ],
        sessions=(5,),
        tokens=(token("ADA", "FLEET"), token("BOB", "FLEET")),
    ),
    "C10 C12 a card goes into the cache, and is asked for as it charges": UseCase(
        [
            variable_set("AuthCacheCtrlr", "Enabled", "true"),
            told("Authorize", REMEMBERED),
            AT_ONCE,
            tx(event("Ended", 1, NOON, meter=1, idToken=CARD1), KNOWN),
            # Blocked meanwhile: the cache is told so.
            tx(
                event("Started", 0, tx="t-2", idToken=identifier("card2", "ISO14443"), meter=1),
                thought("Blocked"),
            ),
            tx(event("Ended", 1, tx="t-2", meter=1, reason="DeAuthorized")),
        ],
        sessions=(1, 0),
    ),
    "C13 C14 the local list, with and without the central system": UseCase(
        [
            commanded("SendLocalList", ACCEPTED),
            tx(event("Started", 0, idToken=CARD1, meter=0, evse=EVSE, offline=True), KNOWN),
            tx(event("Ended", 1, NOON, meter=10, offline=True)),
            tx(event("Started", 0, tx="t-2", idToken=CARD1, meter=10, evse=EVSE), KNOWN),
        ],
        sessions=(10,),
        open=1,
    ),
    "C15 an unknown card while the station was alone": UseCase(
        [
            tx(
                event(
                    "Started",
                    0,
                    idToken=identifier("nobody", "ISO14443"),
                    meter=0,
                    evse=EVSE,
                    offline=True,
                ),
                UNKNOWN,
            ),
            # What flowed until then is kept.
            tx(event("Ended", 1, meter=40, reason="DeAuthorized", trigger="Deauthorized")),
        ],
        sessions=(40,),
        odd=(Rule.TOKEN_UNKNOWN,),
    ),
    "C16 the master pass": UseCase(
        [
            AT_ONCE,
            told(
                "Authorize",
                of_group("MASTER"),
                idToken=GUARD,
            ),
            tx(
                event(
                    "Ended",
                    1,
                    NOON,
                    idToken=GUARD,
                    meter=20,
                    reason="MasterPass",
                    trigger="StopAuthorized",
                ),
                of_group("MASTER"),
            ),
        ],
        sessions=(20,),
        tokens=(token("GUARD", "MASTER"),),
    ),
}
