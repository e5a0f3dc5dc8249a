"""Every answer of the REST API is as its OpenAPI description says, whatever a test is about."""

import json
import re
from functools import cache, cached_property
from typing import Any

import httpx
import jsonschema

from contracts.routes import CHARGING_API

Operation = dict[str, Any]


class Description:
    """An OpenAPI document, held against answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def check(self, answer: httpx.Response) -> None:
        """Fail unless status, type and body are described. Streams are not read."""
        method, path = answer.request.method, answer.request.url.path
        operation = self._operation(method, path)
        if operation is None:
            return
        where = f"{method} {path}: {answer.status_code}"
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, f"{where} is not described: {answer.read().decode()}"
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if kind == "text/event-stream" and kind in described["content"]:
            return
        if not answer.read():
            assert not described.get("content"), f"{where} has no body"
            return
        assert kind in described.get("content", ()), f"{where} is {kind}"
        self._validator(json.dumps(described["content"][kind]["schema"])).validate(answer.json())

    def _operation(self, method: str, path: str) -> Operation | None:
        """None: there is none, which 404 or 405 says."""
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                operation: Operation = operations[method.lower()]
                return operation
        return None

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
        return [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), operations)
            for path, operations in self._document["paths"].items()
        ]

    @cache  # noqa: B019 — one description lives as long as the tests
    def _validator(self, schema: str) -> jsonschema.Draft202012Validator:
        components = {"components": self._document["components"]}
        return jsonschema.Draft202012Validator(json.loads(schema) | components)


@cache
def description(api: str) -> Description:
    """Of the program at this address."""
    return Description(httpx.get(f"{api}{CHARGING_API}/openapi.json").raise_for_status().json())


def check(answer: httpx.Response) -> None:
    """For `httpx.Client.event_hooks`."""
    if answer.request.url.path.startswith(CHARGING_API):
        description(str(answer.request.url.copy_with(raw_path=b""))).check(answer)
