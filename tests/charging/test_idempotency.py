"""Requests that are repeated with an idempotency key."""

import asyncio
import json
from typing import Any, cast
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Response

from contracts.access_tokens import Caller
from contracts.personas import Persona
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.idempotency import PostgresIdempotencyKeys
from services.charging.application.idempotency import Earlier, IdempotencyKeys, Turn
from services.charging.entrypoints.rest.idempotency import EffectId, Idempotency
from tests.charging.program import ChargingProgram
from tests.charging.station import connected
from tests.postgres import Database as EmptyDatabase

pytestmark = pytest.mark.integration


class Anybody:
    """May do everything."""

    def verify(self, _authorization: str | None) -> Caller:
        return Caller(subject="ada", company="nordwind", personas=frozenset())


CLEAR = {"action": "ClearCache", "request": {}}


def ask(program: ChargingProgram, path: str, key: str, body: object = CLEAR) -> httpx.Response:
    return program.api.post(path, json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("last", "status"),
    [
        ({"type": "http.disconnect"}, None),
        ({"type": "http.request", "body": b"x" * (4 * 1024 * 1024)}, 413),
    ],
)
async def test_nothing_is_done_for_a_request_that_is_cut_or_endless(
    last: dict[str, object], status: int | None
) -> None:
    async def never(*_: object) -> None:
        pytest.fail("carried out")

    parts = iter([{"type": "http.request", "body": b"uid,driver\n1", "more_body": True}, last])
    answers: list[object] = []

    async def receive() -> Any:
        return next(parts)

    async def send(message: Any) -> None:
        answers.append(message.get("status"))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/tokens/import",
        "query_string": b"",
        "headers": [(b"idempotency-key", b"1")],
    }
    app = Idempotency(never, verifier=Anybody(), keys=cast(IdempotencyKeys, None))
    await app(scope, receive, send)
    assert answers[:1] == ([] if status is None else [status])


def test_one_key_is_one_command(program: ChargingProgram, station_id: str) -> None:
    path, key = f"/stations/{station_id}/commands", f"one {station_id}"
    first, again = ask(program, path, key), ask(program, path, key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    [command] = program.get(path)["items"]
    assert command["id"] == first.json()["id"]

    other = ask(program, path, key, CLEAR | {"hold_seconds": 5})
    assert (other.status_code, "another request" in other.json()["detail"]) == (422, True)
    assert other.headers["Content-Type"] == "application/problem+json"
    assert ask(program, f"{path}?x=1", key).status_code == 422
    assert ask(program, path, "k" * 129).status_code == 422
    with program.signed_in(Persona.OPERATOR, subject="somebody else") as somebody:
        answer = somebody.post(path, json=CLEAR, headers={"Idempotency-Key": key})
    assert answer.json()["id"] != command["id"]
    assert program.api.post(path, json=CLEAR).json()["id"] != command["id"]


def test_what_did_nothing_may_be_tried_again(program: ChargingProgram, station_id: str) -> None:
    path, key = f"/stations/{station_id}/commands", f"again {station_id}"
    assert ask(program, path, key, {"action": "Explode"}).status_code == 422
    assert ask(program, path, key).status_code == 202
    headers = {"Idempotency-Key": f"nobody {station_id}", "Authorization": "Bearer nonsense"}
    assert program.api.post(path, json=CLEAR, headers=headers).status_code == 401


async def test_a_repetition_waits_for_the_first(program: ChargingProgram, station_id: str) -> None:
    path, key = f"/stations/{station_id}/remote-start", f"slow {station_id}"
    start = {"token_uid": "CARD1"}
    async with connected(program, station_id) as station:
        await station.call("Heartbeat")
        first = asyncio.create_task(asyncio.to_thread(ask, program, path, key, start))
        _, message_id, *_ = await station.receive()
        meanwhile = await asyncio.to_thread(ask, program, path, key, start)
        assert (meanwhile.status_code, "under way" in meanwhile.json()["detail"]) == (409, True)
        await station.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
        assert (await first).json() == {"status": "Accepted"}
        again = await asyncio.to_thread(ask, program, path, key, start)
        assert again.json() == {"status": "Accepted"}


async def test_what_nobody_knows_of_is_carried_out_again_with_the_same_effect(
    database: EmptyDatabase,
) -> None:
    """The program says 503 when it does not know whether its commit was done."""
    kept, app, effects = Database(database.conninfo), FastAPI(), list[UUID]()

    @app.post("/effects")
    def post(effect_id: EffectId) -> Response:
        effects.append(effect_id)
        return Response("done", 503 if len(effects) == 1 else 201)

    app.add_middleware(Idempotency, verifier=Anybody(), keys=PostgresIdempotencyKeys(kept))
    await kept.open()
    try:
        await kept.migrate()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            headers = {"Idempotency-Key": "key"}
            answers = [await client.post("/effects", headers=headers) for _ in range(3)]
            other = await client.post("/effects", headers=headers | {"Idempotency-Key": "other"})
    finally:
        await kept.close()
    assert [answer.status_code for answer in [*answers, other]] == [503, 201, 201, 201]
    assert (effects[0] == effects[1], effects[1] == effects[2], len(effects)) == (True, False, 3)


async def test_a_program_that_died_over_a_request_keeps_its_key_for_a_minute(
    database: EmptyDatabase,
) -> None:
    kept = Database(database.conninfo)
    await kept.open()
    try:
        await kept.migrate()
        keys = PostgresIdempotencyKeys(kept)
        first = await keys.take("ada", "key", b"1")
        assert await keys.take("ada", "key", b"1") == Earlier(b"1", None)
        with psycopg.connect(database.conninfo) as connection:
            connection.execute("update idempotency_key set taken_at = now() - interval '2 minutes'")
        assert await keys.take("ada", "key", b"2") == Earlier(b"1", None)
        assert (await keys.take("ada", "key", b"1"), isinstance(first, Turn)) == (first, True)
        assert await keys.take("ada", "key", b"1") == Earlier(b"1", None)
    finally:
        await kept.close()


def test_a_key_is_kept_for_a_day(program: ChargingProgram, station_id: str) -> None:
    path, key = f"/stations/{station_id}/commands", f"old {station_id}"
    first = ask(program, path, key).json()
    with psycopg.connect(program.database.conninfo) as connection:
        connection.execute(
            "update idempotency_key set asked_at = now() - interval '25 hours' where key = %s",
            (key,),
        )
    assert ask(program, path, key).json()["id"] != first["id"]


def test_every_post_is_described_with_it(program: ChargingProgram) -> None:
    paths = program.get("/openapi.json")["paths"]
    for methods in paths.values():
        for method, operation in methods.items():
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert ("Idempotency-Key" in names) == (method == "post")
