"""Requests to programs of others go on with the trace that they are part of."""

from http.client import HTTPResponse
from typing import Any

import pytest
from opentelemetry.trace import SpanKind

from services.charging.adapters import http_post
from services.charging.application.ports import UnavailableError
from tests.contracts.tracing.told import Told


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The headers of each request; it is not answered."""
    headers: list[dict[str, str]] = []

    class Connection:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def request(self, _method: str, _target: str, _body: bytes, sent: dict[str, str]) -> None:
            headers.append(sent)

        def getresponse(self) -> HTTPResponse:
            raise ConnectionResetError("secret")

        def close(self) -> None:
            pass

    monkeypatch.setattr("http.client.HTTPSConnection", Connection)
    return headers


async def post() -> Any:
    return await http_post.post("https://issuer.example/x", b"", {"Accept": "*/*"}, largest=10)


async def test_the_trace_goes_on_with_whom_it_asks(sent: list[dict[str, str]]) -> None:
    told = Told()
    with told.begin("Get15118EVCertificate", SpanKind.SERVER), pytest.raises(UnavailableError):
        await post()
    asked, _ = told.spans
    assert asked.name == "issuer.example"
    assert asked.context is not None
    assert sent[0]["traceparent"].split("-")[2] == f"{asked.context.span_id:016x}"
    assert asked.attributes == {"error.type": "ConnectionResetError"}


async def test_without_a_trace_nothing_is_added(sent: list[dict[str, str]]) -> None:
    with pytest.raises(UnavailableError):
        await post()
    assert sent == [{"Accept": "*/*"}]
