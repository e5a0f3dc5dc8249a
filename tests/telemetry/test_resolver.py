"""What AppSync runs for every field, with a `util` that stands in for AppSync's."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RESOLVER = Path(__file__).parents[2] / "lambdas" / "telemetry" / "resolver.js"
UTIL = """
export const util = {
  error: (message, type) => { throw Object.assign(new Error(message), { type }); },
};
"""
RUN = """
import { request, response } from "./resolver.mjs";
const [name, context] = JSON.parse(process.env.RUN);
let answer;
try {
  answer = { is: { request, response }[name](context) };
} catch (error) {
  answer = { error: { message: error.message, type: error.type } };
}
console.log(JSON.stringify(answer));
"""

Run = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Calls one of the resolver's two handlers with a context."""
    folder = tmp_path_factory.mktemp("resolver")
    module = folder / "node_modules" / "@aws-appsync" / "utils"
    module.mkdir(parents=True)
    (module / "index.mjs").write_text(UTIL)
    (module / "package.json").write_text('{"main": "index.mjs"}')
    (folder / "resolver.mjs").write_text(RESOLVER.read_text())
    (folder / "run.mjs").write_text(RUN)

    def call(handler: str, context: dict[str, Any]) -> dict[str, Any]:
        node = subprocess.run(
            ["node", "run.mjs"],  # noqa: S607 — the one on the path, as the CDK takes it
            cwd=folder,
            env={"RUN": json.dumps([handler, context]), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(node.stdout)
        return answer

    return call


def test_the_function_gets_what_is_asked_and_by_whom(run: Run) -> None:
    asked = {"identity": {"claims": {}}, "info": {"fieldName": "deviceStatus"}}
    context = {**asked, "args": {"deviceId": "d-1"}, "stash": {}, "prev": None}
    assert run("request", context) == {
        "is": {"operation": "Invoke", "payload": {**asked, "arguments": {"deviceId": "d-1"}}}
    }


def test_the_value_is_the_answer(run: Run) -> None:
    assert run("response", {"result": {"value": [1]}}) == {"is": [1]}


@pytest.mark.parametrize(
    "context",
    [
        {"result": {"refused": {"type": "NotAllowedError", "message": "not yours"}}},
        {"error": {"type": "NotAllowedError", "message": "not yours"}, "result": None},
    ],
)
def test_a_refusal_and_a_failure_are_errors_to_the_caller(
    run: Run, context: dict[str, Any]
) -> None:
    error = {"message": "not yours", "type": "NotAllowedError"}
    assert run("response", context) == {"error": error}
