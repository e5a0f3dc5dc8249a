"""In what a station takes limits: amperes of each phase, or watts of all together."""

from enum import StrEnum

from services.charging.domain.smart_charging.limits import NOMINAL_V

_WORDS = {"current": "A", "power": "W"}
"""Of OCPP 1.6 (section 9.4.2); 2.0.1 has the letters (``SmartChargingCtrlr.RateUnit``)."""


class RateUnit(StrEnum):
    """As profiles name it."""

    AMPERES = "A"
    WATTS = "W"


def rate_unit(told: str | None) -> RateUnit:
    """By what the station told that it takes: amperes, unless that is watts alone."""
    members = {member.strip().lower() for member in (told or "").split(",")}
    units = {_WORDS.get(member, member.upper()) for member in members}
    return RateUnit.WATTS if "W" in units and "A" not in units else RateUnit.AMPERES


def limit(current_ma: int, phases: int, unit: RateUnit) -> float:
    """What a current on each of so many phases is in a unit; watts are whole, and never more."""
    if unit is RateUnit.AMPERES:
        return current_ma / 1000
    return float(current_ma * phases * NOMINAL_V // 1000)
