import pytest

from contracts.settings import Port, Secret, Settings
from stacks.constructs import program_settings


class LampSettings(Settings, frozen=True, kw_only=True):
    host: str
    port: Port
    password: Secret
    colour: str = "white"


def test_what_has_a_default_may_be_left_out() -> None:
    values = {"host": "lamp", "port": "80", "colour": "blue"}
    assert program_settings.plain(LampSettings, values)["COLOUR"] == "blue"


def test_fields_become_variables_in_the_order_of_the_class() -> None:
    assert program_settings.plain(LampSettings, {"port": "80", "host": "lamp"}) == {
        "HOST": "lamp",
        "PORT": "80",
    }
    assert program_settings.secret(LampSettings, {"password": 1}) == {"PASSWORD": 1}


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"host": "lamp"}, "LampSettings: PORT is not set"),
        ({"host": "l", "port": "1", "hots": "l"}, "LampSettings: HOTS is no variable of it"),
        ({"port": "1", "hots": "l"}, "LampSettings: HOST is not set; HOTS is no variable of it"),
        ({"host": "l", "port": "1", "password": "p"}, "LampSettings: PASSWORD is no variable"),
    ],
)
def test_what_does_not_fit_is_named(values: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        program_settings.plain(LampSettings, values)


def test_a_secret_that_is_not_given_is_named() -> None:
    with pytest.raises(ValueError, match="PASSWORD is not set"):
        program_settings.secret(LampSettings, {})
