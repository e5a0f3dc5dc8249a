from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from lambdas.telemetry.adapters.table import TelemetryTable
from tests.telemetry.documents import DEVICE, RECEIVED_AT, document

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.integration


def test_a_status_comes_back_as_it_was(table: TelemetryTable) -> None:
    full = document(solar_power_w=-2.7098, state="night", fault_codes=["7"], motor_rpm=0)
    table.store([full], RECEIVED_AT)
    latest = table.latest(DEVICE)
    assert latest is not None
    assert (latest.published_at, latest.event) == (full.published_at, full.event)
    assert latest.status == full.status


def test_what_is_stored_is_known_and_stays(table: TelemetryTable) -> None:
    first, other = document(solar_power_w=1), document("2026-11-21T11:50:00Z")
    table.store([first], RECEIVED_AT)
    assert table.known([first, other]) == {first.identity}
    table.store([document(solar_power_w=2), other], RECEIVED_AT + timedelta(days=1))
    samples = table.between(DEVICE, RECEIVED_AT - timedelta(hours=1), RECEIVED_AT)
    assert [sample.status.solar_power_w for sample in samples] == [Decimal("812.5"), 1]


def test_a_time_frame_holds_its_start_and_not_its_end(table: TelemetryTable) -> None:
    times = [f"2026-11-21T{time}Z" for time in ("09:59:59.999", "10:00:00", "10:59:59", "11:00:00")]
    table.store([document(time) for time in reversed(times)], RECEIVED_AT)
    ten = datetime(2026, 11, 21, 10, tzinfo=UTC)
    samples = table.between(DEVICE, ten, ten + timedelta(hours=1))
    assert [s.published_at.isoformat() for s in samples] == [
        "2026-11-21T10:00:00+00:00",
        "2026-11-21T10:59:59+00:00",
    ]


def test_odd_devices_are_apart(table: TelemetryTable) -> None:
    odd = ["a", "a#b", "DEVICE#a", "a#STATUS#", "é ", " "]
    documents = [document(device_id=device_id) for device_id in odd]
    table.store(documents, RECEIVED_AT)
    assert table.known(documents) == {d.identity for d in documents}
    for device_id in odd:
        assert len(table.between(device_id, datetime(2026, 11, 21, tzinfo=UTC), RECEIVED_AT)) == 1
    assert table.latest("nobody") is None


def test_many_statuses_of_one_quarter_are_all_stored(table: TelemetryTable) -> None:
    start = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
    every_second = [
        document((start + timedelta(seconds=second)).isoformat()) for second in range(450)
    ]
    table.store(every_second, RECEIVED_AT)
    assert len(table.between(DEVICE, start, RECEIVED_AT)) == 450


def test_more_quarters_than_one_request_reads(table: TelemetryTable) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    quarters = [document((start + timedelta(minutes=15 * n)).isoformat()) for n in range(230)]
    table.store(quarters, RECEIVED_AT)
    assert table.known(quarters) == {d.identity for d in quarters}


def test_quarantine_keeps_the_text_and_the_reason(
    table: TelemetryTable, dynamodb: "DynamoDBClient"
) -> None:
    table.quarantine("{", "document: ends too early", RECEIVED_AT)
    answer = dynamodb.query(
        TableName="fleet",
        KeyConditionExpression="PK = :day",
        ExpressionAttributeValues={":day": {"S": "QUARANTINE#2026-11-21"}},
    )
    [item] = answer["Items"]
    assert (item["text"], item["reason"]) == ({"S": "{"}, {"S": "document: ends too early"})
    assert int(item["expires_at"]["N"]) > RECEIVED_AT.timestamp()
