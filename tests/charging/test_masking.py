"""What the message log must not hold."""

import json

import pytest

from services.charging.domain.masking import masked

SECRET = "s3cret-of-the-station"
BASIC_AUTH = {"name": "BasicAuthPassword"}
SECURITY = {"name": "SecurityCtrlr"}


@pytest.mark.parametrize(
    "frame",
    [
        [2, "1", "ChangeConfiguration", {"value": SECRET, "key": "AuthorizationKey"}],
        [2, "1", "ChangeConfiguration", {"key": " authorizationkey", "value": SECRET}],
        [3, "1", {"configurationKey": [{"key": "AuthorizationKey", "value": SECRET}]}],
        [3, "1", {"configurationKey": [{"key": "StationPassword", "value": SECRET}]}],
        [3, "1", {"configurationKey": [{"key": "wifi_psk", "value": SECRET}]}],
        [2, "1", "ChangeConfiguration", {"key": "WLAN.Passphrase", "value": SECRET}],
        [
            2,
            "1",
            "SetVariables",
            {
                "setVariableData": [
                    {"attributeValue": SECRET, "component": SECURITY, "variable": BASIC_AUTH}
                ]
            },
        ],
        [
            2,
            "1",
            "NotifyReport",
            {"reportData": [{"variable": BASIC_AUTH, "variableAttribute": [{"value": SECRET}]}]},
        ],
        [2, "1", "SetNetworkProfile", {"connectionData": {"apn": {"apnPassword": SECRET}}}],
        [2, "1", "SetNetworkProfile", {"vpn": {"server": "v", "password": "p", "key": SECRET}}],
        [2, "1", "GetDiagnostics", {"location": f"ftp://user:{SECRET}@example.com/x"}],
    ],
)
def test_secrets_are_masked(frame: list[object]) -> None:
    text = json.dumps(frame)
    for form in (text, text.replace("AuthorizationKey", "\\u0041uthorizationKey")):
        clean = masked(form)
        assert SECRET not in clean
        assert json.loads(clean)[:2] == frame[:2]


def test_what_may_hold_a_secret_and_is_no_json_is_left_out() -> None:
    assert masked('[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"x') == "***"


@pytest.mark.parametrize(
    "text",
    [
        '[2, "1", "Heartbeat", {}]',
        '[2, "1", "ChangeConfiguration", {"key": "Password policy", "value": "x"}]',
        '[2,"1","GetDiagnostics",{"location":"https://example.com/me@home"}]',
        "no JSON at all",
    ],
)
def test_all_else_is_kept_exactly(text: str) -> None:
    assert masked(text) == text
