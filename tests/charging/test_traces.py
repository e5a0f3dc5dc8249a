"""Traces of what stations and people ask for, as X-Ray gets them."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from contracts.personas import OWN_COMPANY
from tests.charging.aws import Aws
from tests.charging.program import KEY, ChargingProgram, charging_program
from tests.charging.station import connected
from tests.xray import XRay

pytestmark = pytest.mark.integration

SAMPLED = "00-4efaaf4d1e8720b39541901950019ee5-53995c3f42cd8ad8-01"


@pytest.fixture
def other(
    program: ChargingProgram, aws: Aws, xray: XRay, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChargingProgram]:
    """A second node on the database of the first."""
    folder = tmp_path_factory.mktemp("other")
    with charging_program(program.database, aws, folder, **xray.environment) as other:
        other.start()
        other.healthy()
        other.sign_in()
        yield other


async def test_a_stop_and_its_event_are_one_trace(
    program: ChargingProgram, station_id: str, aws: Aws, xray: XRay
) -> None:
    async with connected(program, station_id) as station:
        transaction_id = await station.start()
        await station.meter(transaction_id, "2000")
        await station.stop(transaction_id, 3000)
    while len(aws.events_of(station_id)) < 2:
        await asyncio.sleep(0.02)
    _, ended = aws.events_of(station_id)
    stop = xray.segment("StopTransaction", station_id=station_id)
    assert stop["annotations"] == {
        "operation": "StopTransaction",
        "station_id": station_id,
        "company": OWN_COMPANY,
        "version": "ocpp1.6",
        "result": "answered",
        "session_id": ended.data.session_id,
        "transaction_id": transaction_id,
    }
    _, trace_id, parent_id, _ = str(ended.traceparent).split("-")
    assert (trace_id, parent_id) == (stop["trace_id"].replace("-", "")[1:], stop["id"])
    sent = xray.segment("SQS", event_id=ended.id)
    assert (sent["parent_id"], sent["trace_id"]) == (stop["id"], stop["trace_id"])
    assert {"PostgreSQL"} <= {one["name"] for one in xray.below(stop)}
    meter = xray.segment("MeterValues", station_id=station_id)
    assert meter["annotations"]["transaction_id"] == transaction_id
    (kept,) = xray.below(meter)
    assert kept["annotations"]["group_size"] >= 1


async def test_a_command_s_trace_goes_on_at_the_node_with_the_socket(
    program: ChargingProgram, other: ChargingProgram, station_id: str, xray: XRay
) -> None:
    async with connected(other, station_id) as station:
        await station.call("Heartbeat")
        path, body = f"/stations/{station_id}/remote-start", {"token_uid": "CARD1"}
        headers = {"traceparent": SAMPLED}
        asked = asyncio.create_task(
            asyncio.to_thread(program.api.post, path, json=body, headers=headers)
        )
        _, message_id, _, _ = await station.receive()
        await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
        assert (await asked).json() == {"status": "Accepted"}
    carried_out = xray.segment("RemoteStartTransaction", station_id=station_id)
    assert carried_out["trace_id"] == "1-4efaaf4d-1e8720b39541901950019ee5"
    assert carried_out["annotations"]["result"] == "answered"
    request = xray.segment(
        "POST /charging/v1/stations/{station_id}/remote-start",
        trace_id=carried_out["trace_id"],
        company=OWN_COMPANY,
    )
    assert carried_out["parent_id"] == request["id"]
    assert request["parent_id"] == SAMPLED.split("-")[2]
    assert request["http"]["response"] == {"status": 200}


async def test_a_refusal_is_an_error_of_the_station_and_its_words_make_no_name(
    program: ChargingProgram, station_id: str, xray: XRay
) -> None:
    async with connected(program, station_id) as station:
        assert (await station.try_call("MyOwnAction"))[2] == "NotImplemented"
    segment = xray.segment("Unknown", station_id=station_id)
    assert segment["annotations"]["result"] == "NotImplemented"
    assert segment["error"] is True
    assert "MyOwnAction" not in json.dumps(xray.segments)


async def test_the_log_names_the_trace_and_no_trace_names_a_token_or_a_key(
    program: ChargingProgram, station_id: str, xray: XRay
) -> None:
    async with connected(program, station_id) as station:
        await station.call("Authorize", idTag="CARD1")
        await station.start(uid="CARD1")
    start = xray.segment("StartTransaction", station_id=station_id)
    lines = [json.loads(line) for line in program.log.splitlines() if "session" in line]
    (line,) = (one for one in lines if one.get("station_id") == station_id and "trace_id" in one)
    assert (line["trace_id"], line["span_id"]) == (start["trace_id"], start["id"])
    told = json.dumps(xray.segments)
    assert "CARD1" not in told
    assert KEY not in told
