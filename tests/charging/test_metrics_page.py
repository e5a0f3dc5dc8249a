"""The page that Prometheus reads: the same counts as the lines, since the start."""

import httpx
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from services.charging.adapters.metrics_page import MetricsPage
from services.charging.application.conversation import Direction, Message, MessageKind
from services.charging.application.metrics import BOUNDS, Metrics
from services.charging.entrypoints.rest.metrics import metrics_router
from tests.charging.test_metrics import NOW

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def said(kind: MessageKind, seconds: float | None = None) -> Message:
    return Message("CP1", NOW, Direction.OUT, kind, "1", "Heartbeat", None, seconds, "")


def read(page: bytes) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def of_heartbeats(name: str, **more: str) -> tuple[str, frozenset[tuple[str, str]]]:
    labels = {"direction": "out", "action": "Heartbeat", "result": "result", **more}
    return name, frozenset(labels.items())


def test_counts_go_on_when_the_lines_take_theirs() -> None:
    metrics = Metrics({"Heartbeat"})
    page = MetricsPage(metrics, lambda: 7)
    for seconds in (0.001, BOUNDS[0], 0.2):
        metrics.add(said(MessageKind.RESULT, seconds))
    metrics.add(said(MessageKind.MALFORMED))
    first = read(page.text())
    assert metrics.take().answers
    assert read(page.text())[of_heartbeats("charging_answers_total")] == 3
    metrics.add(said(MessageKind.RESULT))
    metrics.add(said(MessageKind.RESULT, 100))
    second = read(page.text())
    assert first[("charging_connections", frozenset())] == 7
    assert first[("charging_malformed_frames_total", frozenset())] == 1
    assert first[of_heartbeats("charging_answers_total")] == 3
    assert second[of_heartbeats("charging_answers_total")] == 5
    assert second[of_heartbeats("charging_answer_seconds_count")] == 4
    assert second[of_heartbeats("charging_answer_seconds_sum")] == 100.206
    assert second[of_heartbeats("charging_answer_seconds_bucket", le=str(BOUNDS[0]))] == 2
    assert second[of_heartbeats("charging_answer_seconds_bucket", le=str(BOUNDS[-1]))] == 3
    assert second[of_heartbeats("charging_answer_seconds_bucket", le="+Inf")] == 4


async def test_the_page_is_of_the_text_format_and_no_part_of_the_public_api() -> None:
    app = FastAPI()
    app.include_router(metrics_router(MetricsPage(Metrics({}), lambda: 0).text))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://charging"
    ) as client:
        answer = await client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert ("process_resident_memory_bytes", frozenset()) in read(answer.content)
        assert "/metrics" not in (await client.get("/openapi.json")).json()["paths"]
