import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from contracts import events

SCHEMA = Path(events.__file__).parent / "schemas" / "session_events.json"

TRACEPARENT = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"
ENDED = events.SessionEndedEvent(
    id="0192f3a0-0000-7000-8000-000000000001",
    time=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    data=events.SessionEnded(
        session_id="0192f3a0-0000-7000-8000-000000000002",
        station_id="DE-FC-0001",
        site_id="depot-north",
        connector_id=1,
        transaction_id=7,
        token_uid="04A2B3C4",
        time_zone="Europe/Berlin",
        started_at=datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
        ended_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        meter_start_wh=100,
        meter_stop_wh=7_880,
        energy_wh=7_780,
        stop_reason="Local",
    ),
)


def test_the_committed_schema_is_the_one_of_the_classes() -> None:
    assert json.loads(SCHEMA.read_text()) == events.json_schema()


def test_an_event_comes_back_as_it_went() -> None:
    assert events.decode(events.encode(ENDED)) == ENDED


def test_an_event_names_its_type_in_the_cloudevents_envelope() -> None:
    document = json.loads(events.encode(ENDED))
    assert document["type"] == "charging.session.ended.v1"
    assert document["specversion"] == "1.0"
    assert document["data"]["energy_wh"] == 7780


def test_an_event_without_a_trace_is_as_it_always_was() -> None:
    body = events.encode(ENDED).decode()
    assert "traceparent" not in body
    assert events.traced(body) is None


def test_an_event_names_its_trace_and_a_trace_of_the_event_tells_no_token() -> None:
    body = events.encode(msgspec.structs.replace(ENDED, traceparent=TRACEPARENT)).decode()
    assert json.loads(body)["traceparent"] == TRACEPARENT
    assert events.decode(body).data == ENDED.data
    traced = events.traced(body)
    assert traced is not None
    assert (traced.id, traced.type) == (ENDED.id, "charging.session.ended.v1")
    assert traced.traceparent == TRACEPARENT
    assert ENDED.data.token_uid not in str(traced)


@pytest.mark.parametrize(
    "body", ['{"traceparent": 7}', '"traceparent"', '{"traceparent": "00"', '{"traceparent": null}']
)
def test_what_is_no_event_with_a_trace_has_none(body: str) -> None:
    assert events.traced(body) is None


def test_a_time_without_a_zone_is_refused_with_its_place() -> None:
    document = json.loads(events.encode(ENDED))
    document["data"]["ended_at"] = "2026-10-25T01:30:00"
    with pytest.raises(msgspec.ValidationError, match=r"data\.ended_at"):
        events.decode(json.dumps(document))
