"""Steps of use cases of OCPP 2.0.1, from the examples of its messages."""

from datetime import UTC, datetime

from tests.charging.examples import ACCEPTED, Payload
from tests.charging.ocpp201.command_examples import COMMANDS
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.transcripts import CentralSystem, Operator, Station

NOW = datetime.now(UTC).replace(microsecond=0)


def told(action: str, hears: Payload | None = None, /, **more: object) -> Station:
    """The example of a message, with some of it changed."""
    return Station(action, MESSAGES[action] | more, hears or {})


def commanded(action: str, hears: Payload | None = None, /, **more: object) -> Operator:
    """The example of a command, with some of it changed, and of its answer."""
    request, answer = COMMANDS[action]
    return Operator(action, request | more, hears or answer)


def status(of: str) -> Station:
    return told("StatusNotification", connectorStatus=of)


def firmware(of: str) -> Station:
    return told("FirmwareStatusNotification", status=of)


def boot(reason: str) -> Station:
    return told("BootNotification", ACCEPTED, reason=reason)


def tx(says: Payload, hears: Payload | None = None) -> Station:
    return Station("TransactionEvent", says, hears or {})


def schedule(unit: str, limit: int) -> Payload:
    period = {"startPeriod": 0, "limit": limit}
    return {"chargingRateUnit": unit, "chargingSchedulePeriod": [period]}


def profile(evse_id: int, purpose: str, unit: str, limit: int) -> CentralSystem:
    """A profile of the site's plan."""
    of = {"chargingProfilePurpose": purpose, "chargingSchedule": [schedule(unit, limit)]}
    return CentralSystem("SetChargingProfile", {"evseId": evse_id, "chargingProfile": of}, ACCEPTED)


def wants(power_w: int) -> Station:
    direct = {"evMaxCurrent": 200, "evMaxVoltage": 400, "evMaxPower": power_w}
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": direct}
    return told("NotifyEVChargingNeeds", ACCEPTED, chargingNeeds=needs)


def takes(power_w: int, hears: str = "Accepted") -> Station:
    return told(
        "NotifyEVChargingSchedule",
        {"status": hears},
        timeBase=NOW.isoformat().replace("+00:00", "Z"),
        chargingSchedule={"id": 1, **schedule("W", power_w)},
    )
