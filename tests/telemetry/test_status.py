import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.telemetry.domain.status import Status, UnreadableDocumentError, read_document
from tests.telemetry.documents import DEVICE, RECEIVED_AT, document, text_of


def test_every_field_is_read_and_unknown_ones_stay_in_the_text() -> None:
    read = document(
        solar_power_w=-2.7098,
        grid_power_w=40,
        motor_rpm=2850,
        battery_v=48.25,
        temperature_c=-3.5,
        state="running",
        fault_codes=[12, "E7"],
        firmware="9.9",
    )
    assert read.status == Status(
        solar_power_w=Decimal("-2.7098"),
        grid_power_w=Decimal(40),
        motor_rpm=Decimal(2850),
        battery_v=Decimal("48.25"),
        temperature_c=Decimal("-3.5"),
        state="running",
        fault_codes=("12", "E7"),
    )
    assert read.device_id == DEVICE
    assert "firmware" in read.text


def test_data_may_be_an_object_and_not_only_a_string() -> None:
    text = json.dumps(json.loads(text_of()) | {"data": {"solar_power_w": 1}})
    assert read_document(text, received_at=RECEIVED_AT).status.solar_power_w == 1


@pytest.mark.parametrize(
    ("published_at", "utc"),
    [
        ("2022-03-18 04:33:00-07:00", datetime(2022, 3, 18, 11, 33, tzinfo=UTC)),
        # The two half past twos of the night when summer time ends are two moments.
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_of_any_offset_are_moments(published_at: str, utc: datetime) -> None:
    assert document(published_at).published_at == utc


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "document: "),
        ("null", "document: "),
        ("{", "document: "),
        ('{"a":' * 100_000, "document: "),
        ('{"event": "status"}', r"document: .*coreid|document: .*data|document: .*published_at"),
        (text_of("2026-11-21T11:59:00"), r"document: .*timezone.*published_at"),
        (text_of("yesterday"), r"document: .*published_at"),
        (text_of("1970-01-01T00:00:00Z"), "published_at: 1970-01-01"),
        (text_of("0001-01-01T00:00:00+14:00"), "published_at: 0001"),
        (text_of("2026-11-22T12:00:01Z"), "published_at: 2026-11-22"),
        (text_of(device_id=""), "coreid: must be 1 to 128 bytes"),
        (text_of(device_id="é" * 65), "coreid: must be 1 to 128 bytes"),
        (text_of(device_id="a\nb"), "coreid: .* printable"),
        (text_of(event="e" * 65), "event: must be 1 to 64 bytes"),
        (text_of(motor_rpm="fast"), r"data: .*motor_rpm"),
        (text_of(state=7), r"data: .*state"),
        (text_of(solar_power_w="NaN"), "data: solar_power_w: must be a number"),
        (text_of(solar_power_w="1e999999999"), "data: solar_power_w: must be a number"),
        (text_of(solar_power_w=1e12), "data: solar_power_w: must be a number"),
        (text_of(solar_power_w="1e-27"), "data: solar_power_w: must be a number"),
        (text_of(fault_codes=list(range(33))), "data: fault_codes: more than 32"),
        (text_of(firmware="9.9"), "data: holds none of solar_power_w, "),
        (text_of().replace('"{', '"not json {'), "data: "),
    ],
)
def test_what_cannot_be_read_is_named(text: str, reason: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=reason):
        read_document(text, received_at=RECEIVED_AT)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_no_text_fails_in_another_way(text: str) -> None:
    with pytest.raises(UnreadableDocumentError):
        read_document(text, received_at=RECEIVED_AT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Status.__struct_fields__, "other"]), json_values))
def test_data_of_any_kind_is_read_or_refused(data: dict[str, object]) -> None:
    text = json.dumps(json.loads(text_of()) | {"data": json.dumps(data)})
    try:
        status = read_document(text, received_at=RECEIVED_AT).status
    except UnreadableDocumentError:
        return
    assert status != Status() or "fault_codes" in data


decimals = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11, places=4
)


@given(decimals)
def test_a_measurement_keeps_every_digit(value: Decimal) -> None:
    data = f'{{"solar_power_w": {value:f}}}'
    text = json.dumps(json.loads(text_of()) | {"data": data})
    assert read_document(text, received_at=RECEIVED_AT).status.solar_power_w == value
