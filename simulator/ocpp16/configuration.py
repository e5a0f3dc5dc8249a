"""What a station of OCPP 1.6 is set to (section 9)."""

from simulator.connection import Payload

_READ_ONLY = {
    "ChargeProfileMaxStackLevel": "0",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "8",
    "ConnectorPhaseRotationMaxLength": "8",
    "GetConfigurationMaxKeys": "50",
    "MaxChargingProfilesInstalled": "1",
    "MeterValuesAlignedDataMaxLength": "4",
    "MeterValuesSampledDataMaxLength": "4",
    "NumberOfConnectors": "1",
    "StopTxnAlignedDataMaxLength": "4",
    "StopTxnSampledDataMaxLength": "4",
    "SupportedFeatureProfiles": "Core",
}
_SETTINGS = {
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizationCacheEnabled": "false",
    "AuthorizeRemoteTxRequests": "false",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "ConnectorPhaseRotation": "1.RST",
    "HeartbeatInterval": "300",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MeterValueSampleInterval": "900",
    "MeterValuesAlignedData": "",
    "MeterValuesSampledData": "Energy.Active.Import.Register",
    "MinimumStatusDuration": "0",
    "ResetRetries": "3",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "false",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "60",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "0",
}


class Configuration:
    """Keys and their values; keys ignore case. It has no effect on how the station charges."""

    def __init__(self) -> None:
        """As it left the factory."""
        self._values = _READ_ONLY | _SETTINGS
        self._names = {name.lower(): name for name in self._values}

    def told(self, asked: Payload) -> Payload:
        """The answer to ``GetConfiguration``: of all keys, or of those that are named."""
        keys = asked.get("key") or sorted(self._values)
        known = [self._names[key.lower()] for key in keys if key.lower() in self._names]
        unknown = [key for key in keys if key.lower() not in self._names]
        answer: Payload = {
            "configurationKey": [
                {"key": name, "readonly": name in _READ_ONLY, "value": self._values[name]}
                for name in known
            ]
        }
        return {**answer, "unknownKey": unknown} if unknown else answer

    def changed(self, wanted: Payload) -> Payload:
        """The answer to ``ChangeConfiguration``: a value of another kind than before is none."""
        name = self._names.get(wanted["key"].lower())
        if name is None:
            return {"status": "NotSupported"}
        value = wanted["value"]
        if name in _READ_ONLY or _kind(value) != _kind(_SETTINGS[name]):
            return {"status": "Rejected"}
        self._values[name] = value
        return {"status": "Accepted"}


def _kind(value: str) -> str:
    if value.isdecimal():
        return "number"
    return "switch" if value.lower() in {"true", "false"} else "text"
