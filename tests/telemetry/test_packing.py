from datetime import UTC, datetime, timedelta
from decimal import Decimal

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from lambdas.telemetry.adapters.packing import (
    QUARTER,
    SHORT_NAMES,
    entry_name,
    pack,
    quarter_of,
    unpack,
)
from lambdas.telemetry.domain.rollup import Sample
from lambdas.telemetry.domain.status import Status

START = datetime(2026, 11, 21, 11, 45, tzinfo=UTC)

measurements = st.none() | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11, places=26
)
statuses = st.builds(
    Status,
    solar_power_w=measurements,
    grid_power_w=measurements,
    motor_rpm=measurements,
    battery_v=measurements,
    temperature_c=measurements,
    state=st.none() | st.text(min_size=1, max_size=64),
    fault_codes=st.lists(st.text(min_size=1, max_size=16), max_size=4).map(tuple),
)
samples = st.builds(
    Sample,
    published_at=st.integers(0, QUARTER // timedelta(microseconds=1) - 1).map(
        lambda microseconds: START + timedelta(microseconds=microseconds)
    ),
    event=st.sampled_from(["status", "fault", "a#b", "0", " "]),
    status=statuses,
)


@given(st.lists(samples, unique_by=lambda s: (s.published_at, s.event), max_size=20))
def test_samples_in_any_order_come_back_in_order_with_every_digit(given: list[Sample]) -> None:
    stored = {
        entry_name(s.published_at, s.event): TypeSerializer().serialize(pack(s.status))
        for s in given
    }
    attributes = {name: TypeDeserializer().deserialize(value) for name, value in stored.items()}
    item = {"PK": "DEVICE#1", "SK": "STATUS#2026-11-21T11:45Z", "expires_at": Decimal(1)}
    assert unpack(START, item | attributes) == sorted(
        given, key=lambda s: (s.published_at, s.event)
    )


def test_every_field_has_a_short_name_of_its_own() -> None:
    assert tuple(SHORT_NAMES) == Status.__struct_fields__
    assert len(set(SHORT_NAMES.values())) == len(SHORT_NAMES)


def test_a_quarter_begins_on_the_quarter_in_every_zone() -> None:
    nepal = datetime.fromisoformat("2026-11-21T17:44:59.999999+05:45")
    assert quarter_of(nepal) == START
    assert quarter_of(nepal + timedelta(microseconds=1)) == START + QUARTER


def test_a_quarter_of_full_statuses_is_one_write_unit() -> None:
    """Sizes by "DynamoDB item sizes and formats" of the developer guide."""
    full = Status(
        solar_power_w=Decimal("4628.5123"),
        grid_power_w=Decimal("-120.4567"),
        motor_rpm=Decimal(2850),
        battery_v=Decimal("48.25"),
        temperature_c=Decimal("-41.5"),
        state="running",
    )
    size = len("PK" + "DEVICE#" + "e00fce68d36c5b9b9a9f2b61" + "SK" + "STATUS#2026-11-21T11:45Z")
    size += len("expires_at") + _number(Decimal(1_803_005_290))
    for minute in range(15):
        name = entry_name(START + timedelta(minutes=minute, seconds=59, milliseconds=987), "status")
        size += len(name) + 3
        for short, value in pack(full).items():
            size += 1 + len(short)
            size += _number(value) if isinstance(value, Decimal) else len(value)
    assert size <= 1024


def _number(value: Decimal) -> int:
    """About one byte for two significant digits, one more, and one for a sign."""
    digits = len(value.normalize().as_tuple().digits)
    return (digits + 1) // 2 + 1 + (value < 0)
