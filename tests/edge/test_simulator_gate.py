"""The function as CloudFront runs it: its own JavaScript, with a store that stands in for AWS's."""

import base64
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GATE = Path(__file__).parents[2] / "lambdas" / "edge" / "simulator_gate.js"
STORE = """
const users = JSON.parse(process.env.USERS);
const get = async (key) => {
  if (!(key in users)) throw new Error("key not found");
  return users[key];
};
export default { kvs: () => ({ get }) };
"""
USERS = {"ada": hashlib.sha256("ada:lädt:gern".encode()).hexdigest()}

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Runs the function on one request and returns what CloudFront goes on with."""
    folder = tmp_path_factory.mktemp("gate")
    module = folder / "node_modules" / "cloudfront"
    module.mkdir(parents=True)
    (module / "index.mjs").write_text(STORE)
    (module / "package.json").write_text('{"main": "index.mjs"}')
    (folder / "gate.mjs").write_text(
        f"{GATE.read_text()}\nconsole.log(JSON.stringify(await handler("
        "JSON.parse(process.env.EVENT))));\n"
    )

    def run(uri: str, authorization: str | None, users: dict[str, str] = USERS) -> dict[str, Any]:
        headers = {} if authorization is None else {"authorization": {"value": authorization}}
        event = {"request": {"method": "GET", "uri": uri, "headers": headers}}
        node = subprocess.run(
            ["node", "gate.mjs"],  # noqa: S607 — the one on the path, as the CDK takes it
            cwd=folder,
            env={
                "USERS": json.dumps(users),
                "EVENT": json.dumps(event),
                "PATH": os.environ["PATH"],
            },
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(node.stdout)
        return answer

    return run


def basic(credentials: str) -> str:
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


def test_a_known_password_is_let_in_and_goes_no_further(ask: Ask) -> None:
    request = ask("/simulator/app.js", basic("ada:lädt:gern"))
    assert request["uri"] == "/simulator/app.js"
    assert request["headers"] == {}


def test_a_folder_is_its_index(ask: Ask) -> None:
    assert ask("/simulator/", basic("ada:lädt:gern"))["uri"] == "/simulator/index.html"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer abc",
        basic("ada:wrong"),
        basic("ada"),
        basic("eve:lädt:gern"),
        basic(":"),
        basic("__proto__:x"),
    ],
)
def test_anyone_else_is_asked_for_it(ask: Ask, authorization: str | None) -> None:
    answer = ask("/simulator/", authorization)
    assert answer["statusCode"] == 401
    assert answer["headers"]["www-authenticate"]["value"].startswith("Basic ")
    assert answer["headers"]["cache-control"]["value"] == "no-store"


def test_an_empty_store_lets_nobody_in(ask: Ask) -> None:
    assert ask("/simulator/", basic("ada:lädt:gern"), users={})["statusCode"] == 401


def test_it_fits_where_cloudfront_takes_ten_kilobytes() -> None:
    assert len(GATE.read_bytes()) < 10_240
