import pytest

from contracts.settings import (
    BillingSettings,
    ChargingSettings,
    Settings,
    SettingsError,
    TelemetryWebhookSettings,
)

WEBHOOK = {
    "ENVIRONMENT": "playground",
    "TABLE_NAME": "fleet",
    "DEVICE_LOG_GROUP": "/devices",
    "WEBHOOK_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:webhook",
    "PATH": "/bin",
}


def test_fields_are_read_from_their_variables_and_others_left_alone() -> None:
    settings = TelemetryWebhookSettings.from_environment(WEBHOOK)
    assert settings.table_name == "fleet"


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="TABLE_NAME, WEBHOOK_SECRET_ARN"):
        TelemetryWebhookSettings.from_environment(
            {k: v for k, v in WEBHOOK.items() if k not in ("TABLE_NAME", "WEBHOOK_SECRET_ARN")}
        )


def test_a_port_that_is_none_is_refused_by_name() -> None:
    environment = dict.fromkeys(
        ChargingSettings.plain_variables() + ChargingSettings.secret_variables(), "1"
    )
    assert ChargingSettings.from_environment(environment).api_port == 1
    with pytest.raises(SettingsError, match="api_port"):
        ChargingSettings.from_environment(environment | {"API_PORT": "70000"})


@pytest.mark.parametrize("settings", [ChargingSettings, BillingSettings])
def test_passwords_are_secrets_and_hosts_are_not(settings: type[Settings]) -> None:
    secret = settings.secret_variables()
    assert {"DATABASE_USERNAME", "DATABASE_PASSWORD"} <= set(secret)
    assert "DATABASE_HOST" in settings.plain_variables()


def test_what_charging_seals_and_signs_with_is_secret() -> None:
    assert set(ChargingSettings.secret_variables()) == {
        "DATABASE_USERNAME",
        "DATABASE_PASSWORD",
        "SEALING_KEY",
        "STATION_AUTHORITY_CERTIFICATE",
        "STATION_AUTHORITY_KEY",
        "CONTRACT_CERTIFICATES_TOKEN",
    }
