"""What is counted, and the lines that CloudWatch Logs takes metrics from."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.charging.adapters.metrics_log import MetricsLog, lines
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.standings import PostgresStandings
from services.charging.application.conversation import Conversation, Direction, MessageKind
from services.charging.application.metrics import (
    AnswerKind,
    Answers,
    Counted,
    Metrics,
    Standing,
)
from services.charging.application.ports import UnavailableError
from tests.charging.conversation import tell
from tests.charging.program import ChargingProgram
from tests.charging.station import connected

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HEARTBEATS = AnswerKind(Direction.OUT, "Heartbeat", MessageKind.RESULT)
STANDING = Standing(
    open_transactions=3,
    oldest_unanswered_seconds=1.5,
    oldest_outbox_seconds=0.5,
    quarantined=2,
    left_out=5,
    certificates_ending=4,
)


class Standings:
    def __init__(self, standing: Standing | None) -> None:
        self._standing = standing

    async def read(self) -> Standing:
        if self._standing is None:
            raise UnavailableError("no database")
        return self._standing


def check(line: dict[str, Any]) -> None:
    """The specification of the embedded metric format, as far as our lines go."""
    assert len(json.dumps(line)) < 256 * 1024
    assert line["_aws"].keys() == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(line["_aws"]["Timestamp"], int)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
    assert 1 <= len(directive["Namespace"]) <= 256
    [dimensions] = directive["Dimensions"]
    assert 1 <= len(dimensions) <= 30
    assert all(isinstance(line[name], str) and 1 <= len(line[name]) <= 1024 for name in dimensions)
    assert 1 <= len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert metric.keys() == {"Name", "Unit"}
        assert metric["Unit"] in {"Count", "Seconds"}
        value = line[metric["Name"]]
        values = value if isinstance(value, list) else [value]
        assert 1 <= len(values) <= 100
        assert all(isinstance(each, int | float) for each in values)


def test_answers_are_counted_by_action_and_result_of_each_side() -> None:
    metrics = Metrics({"Heartbeat"})
    conversation = Conversation("CP1", metrics.add, lambda: NOW)
    for direction, text in (
        (Direction.IN, '[2,"1","Heartbeat",{}]'),
        (Direction.OUT, '[3,"1",{}]'),
        (Direction.IN, '[2,"2","Heartbeat",{}]'),
        (Direction.OUT, '[3,"2",{}]'),
        (Direction.OUT, '[2,"1","Reset",{}]'),
        (Direction.IN, '[4,"1","NotSupported","",{}]'),
        (Direction.IN, "no frame"),
    ):
        tell(conversation, direction, text)
    counted = metrics.take()
    assert {kind: answers.count for kind, answers in counted.answers.items()} == {
        HEARTBEATS: 2,
        AnswerKind(Direction.IN, "Reset", MessageKind.ERROR): 1,
    }
    assert [len(answers.seconds) for answers in counted.answers.values()] == [2, 1]
    assert counted.malformed == 1
    assert metrics.take() == Counted({}, 0)


def test_whatever_stations_ask_for_makes_no_new_kinds() -> None:
    metrics = Metrics({"Heartbeat"})
    conversation = Conversation("CP1", metrics.add, lambda: NOW)
    for number in range(50):
        tell(conversation, Direction.IN, f'[2,"{number}","Action{number}",{{}}]')
        tell(conversation, Direction.OUT, f'[4,"{number}","NotImplemented","",{{}}]')
    tell(conversation, Direction.IN, '[3,"never asked",{}]')
    answers = metrics.take().answers
    assert {kind: answers[kind].count for kind in answers} == {
        AnswerKind(Direction.OUT, "Unknown", MessageKind.ERROR): 50,
        AnswerKind(Direction.IN, "Unknown", MessageKind.RESULT): 1,
    }


def test_lines_are_of_the_embedded_metric_format() -> None:
    counted = Counted({HEARTBEATS: Answers(3, [0.25, 0.5])}, malformed=1)
    ends = NOW + timedelta(days=400, hours=1)
    node, heartbeats, answers = lines(
        counted, connections=7, standing=STANDING, at=NOW, authority_ends=ends
    )
    for line in (node, heartbeats, answers):
        check(line)
    assert node["_aws"]["Timestamp"] == NOW.timestamp() * 1000
    assert {name: value for name, value in node.items() if name != "_aws"} == {
        "service": "charging",
        "Connections": 7,
        "MalformedFrames": 1,
        "StationsNotAdmitted": 0,
        "OpenTransactions": 3,
        "OldestUnansweredCall": 1.5,
        "OldestOutboxEvent": 0.5,
        "QuarantinedRecords": 2,
        "QuarantineLeftOut": 5,
        "StationCertificatesEnding": 4,
        "StationAuthorityDays": 400,
    }
    assert {name: value for name, value in heartbeats.items() if name != "_aws"} == {
        "service": "charging",
        "direction": "out",
        "action": "Heartbeat",
        "result": "result",
        "Answers": 3,
        "AnswerTime": [0.25, 0.5],
    }


def test_all_actions_together_have_a_line_for_each_direction_and_result() -> None:
    starts = HEARTBEATS._replace(action="StartTransaction")
    refused = HEARTBEATS._replace(action="Unknown", result=MessageKind.ERROR)
    counted = Counted(
        {
            HEARTBEATS: Answers(300, [0.01] * 300),
            starts: Answers(2, [0.2, 0.3]),
            refused: Answers(1, []),
        },
        malformed=0,
    )
    *_, answered, errors = lines(counted, connections=0, standing=None, at=NOW)
    check(answered)
    check(errors)
    assert answered["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["service", "direction", "result"]
    ]
    assert (answered["Answers"], errors["Answers"]) == (302, 1)
    # Each action counts for what it said: the two slow ones are no half of the values.
    assert len(answered["AnswerTime"]) == 100
    assert answered["AnswerTime"].count(0.01) == 99
    assert answered["AnswerTime"][-1] == 0.3


@pytest.mark.parametrize("count", [99, 100, 101, 5000])
def test_times_beyond_a_line_keep_their_percentiles(count: int) -> None:
    times = [float(number) for number in range(count)]
    counted = Counted({HEARTBEATS: Answers(count, times)}, malformed=0)
    _, heartbeats, _ = lines(counted, connections=0, standing=None, at=NOW)
    check(heartbeats)
    kept = heartbeats["AnswerTime"]
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert len(kept) == min(count, 100)
    assert kept[len(kept) // 2] == pytest.approx(count / 2, abs=count / 100 + 1)


def test_an_answer_to_no_call_has_no_time() -> None:
    counted = Counted({HEARTBEATS: Answers(1, [])}, malformed=0)
    _, heartbeats, _ = lines(counted, connections=0, standing=None, at=NOW)
    check(heartbeats)
    assert "AnswerTime" not in heartbeats


@pytest.mark.parametrize("standing", [STANDING, None])
async def test_is_written_every_so_often_and_at_the_end(
    standing: Standing | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    asked = asyncio.Event()

    def connections() -> int:
        asked.set()
        return 1

    log = MetricsLog(Metrics({}), Standings(standing), connections, lambda: NOW, every=0.01)
    running = asyncio.create_task(log.run())
    await asked.wait()
    log.finish()
    await running
    written = [record.__dict__ for record in caplog.records if record.message == "metrics"]
    assert len(written) >= 2
    assert all(("OpenTransactions" in line) is (standing is not None) for line in written)


@pytest.mark.integration
async def test_the_program_writes_them_into_its_log(
    program: ChargingProgram, station_id: str
) -> None:
    await asyncio.to_thread(program.terminate)
    before = len(program.log)
    program.start()
    await asyncio.to_thread(program.healthy)
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        await station.call("Heartbeat")
        await station.try_call("MakeCoffee")
        await station.start()
    await asyncio.to_thread(program.terminate)
    written = [json.loads(line) for line in program.log[before:].splitlines()]
    node, *answers = [line for line in written if line["message"] == "metrics"]
    for line in (node, *answers):
        check(line)
    assert node["OpenTransactions"] >= 1
    assert node["Connections"] == 0
    assert {(line.get("action"), line["result"]): line["Answers"] for line in answers} == {
        (None, "result"): 3,
        (None, "error"): 1,
        ("Heartbeat", "result"): 2,
        ("Unknown", "error"): 1,
        ("StartTransaction", "result"): 1,
    }


@pytest.mark.integration
async def test_how_the_company_stands_is_read(program: ChargingProgram, station_id: str) -> None:
    database = Database(program.database.conninfo)
    await database.open()
    reset = {"action": "Reset", "request": {"type": "Soft"}}
    try:
        standings = PostgresStandings(database)
        before = await standings.read()
        assert before.quarantined == 0
        async with connected(program, station_id) as station:
            await station.try_call("MakeCoffee")
            transaction_id = await station.start()
            path = f"/stations/{station_id}/commands"
            await asyncio.to_thread(program.api.post, path, json=reset)
            await station.receive()
            during = await standings.read()
            await station.stop(transaction_id, 2000)
        after = await standings.read()
    finally:
        await database.close()
    assert during.open_transactions == before.open_transactions + 1
    assert during.oldest_unanswered_seconds > 0
    assert during.quarantined == 1
    assert after.open_transactions == before.open_transactions
    assert after.quarantined == 0
