"""The configuration of a station, in one shape for both versions of OCPP.

A configuration key of OCPP 1.6 is kept as a variable of no component; in 2.0.1 the variables of the
device model are the configuration.
"""

from services.charging.domain.device_model import Place, Value
from services.charging.domain.masking import is_secret_setting
from services.charging.domain.ocpp16.change_configuration import (
    ChangeConfiguration,
    ChangeConfigurationResponse,
)
from services.charging.domain.ocpp16.get_configuration import GetConfigurationResponse

UNKNOWN = "Unknown"
"""The mutability of a key that the station does not know."""


def told_keys(answer: GetConfigurationResponse) -> list[Value]:
    """What a station of OCPP 1.6 says of its keys; the values of secrets are left out."""
    known = [
        Value(
            place=_of_key(one.key),
            value=None if is_secret_setting(one.key) else one.value,
            mutability="ReadOnly" if one.readonly else "ReadWrite",
        )
        for one in answer.configuration_key or ()
    ]
    unknown = [
        Value(place=_of_key(key), value=None, mutability=UNKNOWN)
        for key in answer.unknown_key or ()
    ]
    return [*known, *unknown]


def changed_key(request: ChangeConfiguration, answer: ChangeConfigurationResponse) -> list[Value]:
    """What a station of OCPP 1.6 has taken; what needs a reboot is asked for after that."""
    if is_secret_setting(request.key):
        return []
    match answer.status:
        case "Accepted":
            return [Value(place=_of_key(request.key), value=request.value)]
        case "NotSupported":
            return [Value(place=_of_key(request.key), value=None, mutability=UNKNOWN)]
        case _:
            return []


def _of_key(key: str) -> Place:
    return Place("", "", 0, 0, key, "")


def setting_key(place: Place) -> str:
    """The name of a setting: ``Component/instance@EVSE.connector:Variable/instance``.

    What is not named or 0 is left out, so a key of OCPP 1.6 is itself.
    """
    component = place.component + (f"/{place.component_instance}" * bool(place.component_instance))
    if place.evse_id:
        component += f"@{place.evse_id}" + (f".{place.connector_id}" * bool(place.connector_id))
    variable = place.variable + (f"/{place.variable_instance}" * bool(place.variable_instance))
    return f"{component}:{variable}" if component else variable
