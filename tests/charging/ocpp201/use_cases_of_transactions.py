"""OCPP 2.0.1, blocks E to J: transactions, however they begin, go on and end."""

from datetime import timedelta

from tests.charging.company import DAWN
from tests.charging.examples import ACCEPTED
from tests.charging.ocpp201.examples import EVENT, SIGNED
from tests.charging.ocpp201.transactions import CARD1, event
from tests.charging.ocpp201.transcripts import commanded, status, told, tx
from tests.charging.ocpp201.use_cases_of_access import (
    AT_ONCE,
    EVSE,
    KNOWN,
    NOON,
    identifier,
    thought,
    variable_set,
)
from tests.charging.transcripts import Operator, Refused, Station, UseCase

PLUGGED = tx(event("Started", 0, evse=EVSE, trigger="CablePluggedIn", meter=1000))
SHOWN = tx(event("Updated", 1, idToken=CARD1, trigger="Authorized"), KNOWN)
FLOWS = tx(event("Updated", 2, trigger="ChargingStateChanged", charging="Charging"))
LOCK = {
    "component": {"name": "ConnectorPlugRetentionLock", "evse": EVSE},
    "variable": {"name": "Problem"},
}


def remotely(kind: str, seq_no: int, /, **more: object) -> Station:
    """What the station says when it has done what it was told to."""
    said = event(kind, seq_no, DAWN, idToken=CARD1, trigger="RemoteStart", **more)
    said["transactionInfo"]["remoteStartId"] = 9
    return tx(said, KNOWN)


def ended(seq_no: int, meter: int, **more: object) -> Station:
    return tx(event("Ended", seq_no, NOON, meter=meter, **more))


def metered(kind: str, seq_no: int, trigger: str, value: int, /, **more: object) -> Station:
    """With a value of the meter, in Wh, as the standard has all of it."""
    at = DAWN + timedelta(minutes=seq_no)
    sampled = {"measurand": "Energy.Active.Import.Register", "value": value}
    sampled |= {name: more.pop(name) for name in ("context", "signedMeterValue") if name in more}
    values = [{"timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "sampledValue": [sampled]}]
    return tx(event(kind, seq_no, at, trigger=trigger, meterValue=values, **more))


TRANSACTIONS: dict[str, UseCase] = {
    "E01 a transaction is a vehicle's time in the bay": UseCase(
        [
            variable_set("TxCtrlr", "TxStartPoint", "ParkingBayOccupancy"),
            tx(event("Started", 0, evse=EVSE, trigger="EVDetected")),
            tx(event("Updated", 1, idToken=CARD1, trigger="Authorized", meter=100), KNOWN),
            ended(2, 900, trigger="EVDeparted"),
        ],
        sessions=(800,),
    ),
    "E03 the card first": UseCase(
        [
            told("Authorize", KNOWN),
            AT_ONCE,
            tx(event("Updated", 1, trigger="CablePluggedIn", charging="EVConnected")),
            FLOWS,
        ],
        open=1,
    ),
    "E04 begun while the station was alone": UseCase(
        [
            tx(event("Started", 0, idToken=CARD1, meter=0, evse=EVSE, offline=True), KNOWN),
            metered("Updated", 1, "MeterValuePeriodic", 50),
        ],
        open=1,
    ),
    "E05 a card that may not": UseCase(
        [
            PLUGGED,
            tx(
                event("Updated", 1, idToken=identifier("card2", "ISO14443"), trigger="Authorized"),
                thought("Blocked"),
            ),
            tx(event("Updated", 2, trigger="Deauthorized", charging="SuspendedEVSE")),
            ended(3, 1000, reason="DeAuthorized", trigger="EVDeparted"),
        ],
        sessions=(0,),
    ),
    "E08 ended while the station was alone": UseCase(
        [AT_ONCE, ended(1, 300, offline=True, reason="Local", trigger="StopAuthorized")],
        sessions=(300,),
    ),
    "E09 the vehicle's end is unplugged, and ends it": UseCase(
        [
            PLUGGED,
            SHOWN,
            FLOWS,
            ended(3, 1700, reason="EVDisconnected", trigger="EVCommunicationLost"),
        ],
        sessions=(700,),
    ),
    "E10 the vehicle's end is unplugged, and plugged in again": UseCase(
        [
            PLUGGED,
            SHOWN,
            FLOWS,
            tx(event("Updated", 3, trigger="EVCommunicationLost", charging="Idle")),
            tx(event("Updated", 4, trigger="CablePluggedIn", charging="EVConnected")),
            tx(event("Updated", 5, trigger="ChargingStateChanged", charging="Charging")),
            ended(6, 1900),
        ],
        sessions=(900,),
    ),
    "E11 the connection is lost in between": UseCase(
        [
            AT_ONCE,
            # The end overtakes what was kept meanwhile.
            ended(3, 600),
            tx(event("Updated", 1, meter=200, offline=True, trigger="MeterValuePeriodic")),
            tx(event("Updated", 2, meter=400, offline=True, trigger="MeterValuePeriodic")),
        ],
        sessions=(600,),
    ),
    "E13 what cannot be kept is not acknowledged, and repeated": UseCase(
        [
            Refused("TransactionEvent", AT_ONCE.says),
            AT_ONCE,
            Refused("TransactionEvent", ended(1, 80).says),
            ended(1, 80),
            ended(1, 80),
        ],
        sessions=(80,),
    ),
    "E15 the vehicle ends it": UseCase(
        [
            PLUGGED,
            SHOWN,
            FLOWS,
            tx(event("Updated", 3, trigger="ChargingStateChanged", charging="SuspendedEV")),
            ended(4, 1500, reason="StoppedByEV", trigger="ChargingStateChanged"),
        ],
        sessions=(500,),
    ),
    "F01 started from afar when the vehicle is there": UseCase(
        [
            PLUGGED,
            commanded("RequestStartTransaction"),
            remotely("Updated", 1),
            FLOWS,
            ended(3, 1400),
        ],
        sessions=(400,),
    ),
    "F02 started from afar before there is a vehicle": UseCase(
        [
            commanded("RequestStartTransaction", ACCEPTED),
            remotely("Started", 0, meter=0),
            tx(event("Updated", 1, trigger="CablePluggedIn", evse=EVSE)),
        ],
        open=1,
    ),
    "F02 started from afar, and no vehicle comes": UseCase(
        [
            commanded("RequestStartTransaction", ACCEPTED),
            remotely("Started", 0, meter=0),
            ended(1, 0, reason="Timeout", trigger="EVConnectTimeout"),
        ],
        sessions=(0,),
    ),
    "F04 a charging loop of ISO 15118 is stopped from afar": UseCase(
        [
            AT_ONCE,
            commanded("RequestStopTransaction", ACCEPTED),
            tx(event("Updated", 1, trigger="RemoteStop", charging="EVConnected")),
            ended(2, 60, reason="Remote", trigger="EVDeparted"),
        ],
        sessions=(60,),
    ),
    "G01 the status of a connector": UseCase(
        [*map(status, ("Available", "Occupied", "Faulted", "Unavailable", "Reserved"))]
    ),
    "G02 the time": UseCase([told("Heartbeat", {"currentTime": "2026-03-31T06:00:00Z"})]),
    "G04 the whole station out of service and back": UseCase(
        [
            Operator("ChangeAvailability", {"operationalStatus": "Inoperative"}, ACCEPTED),
            status("Unavailable"),
            Operator("ChangeAvailability", {"operationalStatus": "Operative"}, ACCEPTED),
            status("Available"),
        ]
    ),
    "G05 the cable cannot be locked": UseCase(
        [
            told("Authorize", KNOWN),
            told("NotifyEvent", eventData=[EVENT | {"actualValue": "true"} | LOCK]),
        ]
    ),
    "H03 who reserved it charges": UseCase(
        [
            commanded("ReserveNow", ACCEPTED),
            status("Reserved"),
            tx(event("Started", 0, idToken=CARD1, meter=0, evse=EVSE, reservationId=7), KNOWN),
            status("Occupied"),
            ended(1, 90),
        ],
        sessions=(90,),
    ),
    "I04 I05 what it says of prices while it is alone": UseCase(
        [
            variable_set("TariffCostCtrlr", "TariffFallbackMessage", "Ask your depot."),
            variable_set("TariffCostCtrlr", "TotalCostFallbackMessage", "See your bill."),
        ]
    ),
    "J02 the meter, from begin to end": UseCase(
        [
            metered(
                *("Started", 0, "Authorized", 1000),
                context="Transaction.Begin",
                idToken=CARD1,
                evse=EVSE,
            ),
            metered("Updated", 1, "MeterValuePeriodic", 1400, context="Sample.Periodic"),
            metered("Updated", 2, "MeterValueClock", 1700, context="Sample.Clock"),
            metered("Ended", 3, "StopAuthorized", 2000, context="Transaction.End"),
        ],
        sessions=(1000,),
    ),
    "J03 the vehicle signs what it got": UseCase(
        [AT_ONCE, metered("Updated", 1, "SignedDataReceived", 400, signedMeterValue=SIGNED)],
        open=1,
    ),
}
