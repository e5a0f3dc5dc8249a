"""Whatever is asked of the REST API, the caller hears what is wrong, and the program goes on.

The requests are made from the OpenAPI description: a new route is asked as all others are. That
each answer is as described holds for every test (`tests/charging/described.py`).
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from contracts.personas import OWN_COMPANY, Persona
from contracts.routes import CHARGING_API
from tests.charging.program import ChargingProgram
from tests.charging.station import connected

pytestmark = pytest.mark.integration

Schema = dict[str, Any]

NEVER_RIGHT: dict[str, list[object]] = {
    "date-time": [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-01T06:00:00",
        "0.5",
    ],
    "date": ["0001-01-01", "9999-12-31", "0.5"],
    "uuid": ["x"],
    "string": ["\x00"],
    "integer": [2**70, -(2**70)],
    "number": ["NaN"],
    "boolean": ["perhaps"],
    "array": [5],
    "object": [5],
}
"""By what a schema asks for: what is none of it, or nothing that can be kept."""
RIGHT = {
    "date-time": "2026-03-01T06:00:00Z",
    "date": "2026-03-01",
    "uuid": str(UUID(int=1)),
    "string": "1",
    "boolean": False,
    "array": [],
    "object": {},
}


class Requests:
    """Those that an OpenAPI document makes."""

    def __init__(self, document: Schema, ids: dict[str, str]) -> None:
        """`ids`: of things that are there, by the names of parameters."""
        self._document = document
        self._ids = ids

    def wrong(self) -> Iterator[httpx.Request]:
        """Each operation with each of its parameters, or fields of its body, wrong in turn."""
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                if path.startswith(CHARGING_API) and not path.endswith("/events"):
                    yield from self._of(method, path, operation)

    def _of(self, method: str, path: str, operation: Schema) -> Iterator[httpx.Request]:
        named = {
            one["name"]: self._ids.get(one["name"], RIGHT.get(self._kind(one["schema"]), 1))
            for one in operation.get("parameters", [])
        }
        content = operation.get("requestBody", {}).get("content", {})
        schema = self._plain(content.get("application/json", {}).get("schema", {}))
        right = self._right(schema) if schema else None
        for parameter in operation.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            for value in NEVER_RIGHT[self._kind(parameter["schema"])]:
                said = quote(str(value), safe="")
                if place == "path":
                    yield self._request(method, path, named | {name: said}, right)
                elif place == "query":
                    yield self._request(method, f"{path}?{name}={said}", named, right)
        item = schema.get("items")
        fields = self._plain(item or schema).get("properties", {})
        for name, field in fields.items():
            for value in NEVER_RIGHT.get(self._kind(field), ()):
                one = self._right(self._plain(item or schema)) | {name: value}
                yield self._request(method, path, named, [one] if item else one)

    def _request(
        self, method: str, path: str, named: dict[str, Any], body: object
    ) -> httpx.Request:
        return httpx.Request(
            method.upper(),
            f"http://api{path.format_map(named)}",
            content=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json", "If-Match": "*"},
        )

    def _right(self, schema: Schema) -> Any:
        """The least that a schema asks for."""
        schema = self._plain(schema)
        if schema.get("enum"):
            return schema["enum"][0]
        needed = schema.get("required", [])
        match self._kind(schema):
            case "object":
                return {name: self._right(schema["properties"][name]) for name in needed}
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "string":
                return "x" * schema.get("minLength", 1)
            case kind:
                return RIGHT[kind]

    def _kind(self, schema: Schema) -> str:
        schema = self._plain(schema)
        form = schema.get("format")
        return form if form in RIGHT else str(schema.get("type", "string"))

    def _plain(self, schema: Schema) -> Schema:
        """Without references and alternatives."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            return self._plain(self._document["components"]["schemas"][name])
        if "anyOf" in schema:
            return self._plain(schema["anyOf"][0])
        return schema


async def test_what_is_wrong_is_refused_by_every_route(
    program: ChargingProgram, station_id: str
) -> None:
    async with connected(program, station_id) as station:
        await station.start()
    [session] = program.get("/sessions", station_id=station_id)["items"]
    ids = {
        "site_id": "depot",
        "station_id": station_id,
        "other_id": station_id,
        "uid": "CARD1",
        "session_id": session["id"],
    }
    taken = []
    with (
        program.signed_in(Persona.DRIVER, OWN_COMPANY) as driver,
        program.signed_in(Persona.OPERATOR, OWN_COMPANY) as operator,
    ):
        for wrong in Requests(program.get("/openapi.json"), ids).wrong():
            path = wrong.url.raw_path.decode().removeprefix(CHARGING_API)
            person = driver if path.startswith("/driver/") else operator
            answer = person.request(
                wrong.method, path, content=wrong.content, headers=dict(wrong.headers)
            )
            if not 400 <= answer.status_code < 500:
                taken.append((wrong.method, path, wrong.content, answer.status_code, answer.text))
    assert taken == []
