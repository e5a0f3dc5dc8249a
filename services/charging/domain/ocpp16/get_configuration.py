"""``GetConfiguration`` (OCPP 1.6, section 5.8)."""

from services.charging.domain.ocpp16.types import CiString50, CiString500, Message


class KeyValue(Message, frozen=True, kw_only=True):
    """A configuration key as it stands (section 7.29)."""

    key: CiString50
    readonly: bool
    value: CiString500 | None = None


class GetConfiguration(Message, frozen=True, kw_only=True):
    """What do these keys, or all of them, stand at?"""

    key: list[CiString50] | None = None


class GetConfigurationResponse(Message, frozen=True, kw_only=True):
    """Known keys with their values, and the others."""

    configuration_key: list[KeyValue] | None = None
    unknown_key: list[CiString50] | None = None
