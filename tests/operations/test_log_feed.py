"""The deployed handler: every line of a log is in the domain or in the bucket, once."""

import base64
import gzip
import importlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from moto import mock_aws

MODULE = "lambdas.operations.log_feed"
BUCKET = "not-taken"
READER = "arn:aws:iam::100000000022:role/fleetcharge-qa-log-reader"
NOON = 1772366400123
"""2026-03-01T12:00:00.123Z."""


class Domain(ThreadingHTTPServer):
    """Stands in for the domain: keeps what it is given, and asks that calls be signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {}
        self.refuses: Callable[[dict[str, Any]], int] = lambda _: 201
        self.configuring = 200

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Domain

    def do_GET(self) -> None:
        there = self.server.configuration.get(self.path)
        answer = {"_seq_no": 7, "_primary_term": 3} if there else {}
        self._answer(200 if there else 404, answer)

    def do_PUT(self) -> None:
        path, _, query = self.path.partition("?")
        if path.startswith("/_plugins/_ism") and path in self.server.configuration:
            assert query == "if_primary_term=3&if_seq_no=7"
        self.server.configuration[path] = json.loads(self._body())
        self._answer(self.server.configuring, {})

    def do_POST(self) -> None:
        assert self.path == "/_bulk"
        assert self.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in self._body().splitlines()]
        items = []
        for action, document in zip(lines[::2], lines[1::2], strict=True):
            status = self.server.refuses(document)
            if status < 300:
                self.server.kept[action["index"]["_id"]] = (action["index"]["_index"], document)
            items.append({"index": {**action["index"], "status": status, "error": "why"}})
        self._answer(200, {"items": items})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["content-length"]))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        assert "/eu-central-1/es/aws4_request" in self.headers["authorization"]
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is written."""


@pytest.fixture
def domain() -> Iterator[Domain]:
    server = Domain()
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def cold(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Starts the function anew, and returns its handler."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "SEARCH_ENDPOINT": domain.endpoint,
        "KEPT_DAYS": "7",
        "BUCKET_NAME": BUCKET,
        "READER_ROLE": READER,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )

        def start() -> Any:
            monkeypatch.delitem(sys.modules, MODULE, raising=False)
            return importlib.import_module(MODULE).handler

        yield start


def lines(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, dict[str, str]]:
    batch = {
        "messageType": kind,
        "owner": "100000000022",
        "logGroup": "charging",
        "logStream": "charging/1",
        "subscriptionFilters": ["all"],
        "logEvents": [
            {"id": f"{number}", "timestamp": NOON, "message": message}
            for number, message in enumerate(messages)
        ],
    }
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    return {"awslogs": {"data": data}}


def put_aside() -> dict[str, list[dict[str, Any]]]:
    s3 = boto3.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    texts = {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    return {key: [json.loads(line) for line in text.splitlines()] for key, text in texts.items()}


def test_a_line_is_found_by_its_day_and_its_fields(domain: Domain, cold: Callable[[], Any]) -> None:
    handler = cold()
    handler(lines('{"level": "INFO", "station_id": "HH-1"}', "plain", "{no json", "[1]"), None)
    index, document = domain.kept["0"]
    assert index == "logs-2026.03.01"
    assert document == {
        "@timestamp": "2026-03-01T12:00:00.123+00:00",
        "group": "charging",
        "stream": "charging/1",
        "message": '{"level": "INFO", "station_id": "HH-1"}',
        "level": "INFO",
        "fields": {"level": "INFO", "station_id": "HH-1"},
    }
    assert [domain.kept[n][1]["message"] for n in "123"] == ["plain", "{no json", "[1]"]
    assert all("fields" not in domain.kept[n][1] for n in "123")


def test_a_batch_that_comes_again_is_there_once(domain: Domain, cold: Callable[[], Any]) -> None:
    handler = cold()
    for _ in range(2):
        handler(lines("one", "two"), None)
    assert len(domain.kept) == 2
    assert put_aside() == {}


def test_what_the_domain_refuses_is_set_aside_with_the_reason(
    domain: Domain, cold: Callable[[], Any]
) -> None:
    domain.refuses = lambda document: 400 if document["message"] == "bad" else 201
    handler = cold()
    for _ in range(2):
        handler(lines("good", "bad"), None)
    assert set(domain.kept) == {"0"}
    ((key, (refused,)),) = put_aside().items()
    assert key == "refused/logs-2026.03.01/1.jsonl"
    assert (refused["message"], refused["refused"]) == ("bad", "why")


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_what_the_domain_cannot_take_now_is_sent_again_whole(
    domain: Domain, cold: Callable[[], Any], status: int
) -> None:
    domain.refuses = lambda _: status
    handler = cold()
    with pytest.raises(Exception, match="why"):
        handler(lines("one"), None)
    assert put_aside() == {}
    domain.refuses = lambda _: 201
    handler(lines("one"), None)
    assert set(domain.kept) == {"0"}


def test_many_lines_go_in_several_requests(domain: Domain, cold: Callable[[], Any]) -> None:
    cold()(lines(*("x" * 1024 * 1024 for _ in range(12))), None)
    assert len(domain.kept) == 12


def test_a_question_whether_anybody_is_there_brings_nothing(
    domain: Domain, cold: Callable[[], Any]
) -> None:
    cold()(lines("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE"), None)
    assert domain.kept == {}


def test_each_start_says_how_logs_are_kept_and_who_may_read(
    domain: Domain, cold: Callable[[], Any]
) -> None:
    cold()
    cold()
    policy = domain.configuration["/_plugins/_ism/policies/logs"]["policy"]
    (old,) = policy["states"][0]["transitions"]
    assert old == {"state_name": "deleted", "conditions": {"min_index_age": "7d"}}
    assert policy["ism_template"][0]["index_patterns"] == ["logs-*"]
    template = domain.configuration["/_index_template/logs"]
    assert template["template"]["aliases"] == {"logs": {}}
    readers = domain.configuration["/_plugins/_security/api/rolesmapping/readall"]
    assert readers == {"backend_roles": [READER]}


def test_starts_at_the_same_time_do_not_stop_each_other(
    domain: Domain, cold: Callable[[], Any]
) -> None:
    domain.configuring = 409
    cold()(lines("one"), None)
    assert set(domain.kept) == {"0"}


def test_a_start_that_cannot_say_how_logs_are_kept_brings_nothing(
    domain: Domain, cold: Callable[[], Any]
) -> None:
    domain.configuring = 403
    with pytest.raises(Exception, match="PUT /_index_template/logs: 403"):
        cold()
