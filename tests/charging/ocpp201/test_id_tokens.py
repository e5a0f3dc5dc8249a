import pytest

from services.charging.domain.ocpp201.id_token import named_by_us, shown


@pytest.mark.parametrize(
    ("uid", "kind"),
    [
        ("04A1B2C3", "ISO14443"),
        ("04a1b2c3d4e5f6", "ISO14443"),
        ("04A1B2C3D4E5F6071829", "ISO14443"),
        ("E004015012345678", "ISO15693"),
        ("1104015012345678", "Central"),
        ("04A1B2C", "Central"),
        ("CARD1", "Central"),
    ],
)
def test_a_card_s_number_is_named_as_a_reader_shows_it(uid: str, kind: str) -> None:
    named = shown(uid)
    assert (named.id_token, named.type) == (uid, kind)


def test_what_no_reader_shows_is_ours() -> None:
    group = named_by_us("04A1B2C3")
    assert group is not None
    assert group.type == "Central"
    assert named_by_us(None) is None
