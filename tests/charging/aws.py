"""The parts of AWS that the charging program speaks to: two queues and a user pool's keys.

A server of its own rather than a mock: the program under test runs in a process of its own, and
finds this by ``AWS_ENDPOINT_URL``.
"""

import contextlib
import hashlib
import json
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from contracts import events
from contracts.personas import COMPANY_GROUP, Persona
from tests import aws_actions

POOL = "eu-central-1_testpool"
OPERATORS, DRIVERS = "operators-client", "drivers-client"
PARTNER = "partners-client"
"""Of a machine."""


class Aws:
    """What was sent to the queue, and access tokens to sign in with."""

    def __init__(self, endpoint: str, keep: Callable[[list[str]], None]) -> None:
        self.endpoint = endpoint
        self._keep = keep
        self.queue_url = f"{endpoint}/000000000000/session-events"
        self.surplus_queue_url = f"{endpoint}/000000000000/site-surplus"
        self.surplus: queue.Queue[str] = queue.Queue()
        """Messages that wait for the program."""
        self.taken: list[str] = []
        """Receipts of those that it has deleted."""
        self.bodies: list[str] = []
        self.requests = 0
        self.refuses = False
        """Answer everything with an error."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def events_of(self, station_id: str) -> list[events.SessionEvent]:
        """As consumers see them that know an event by its id."""
        known = {event.id: event for event in map(events.decode, self.bodies)}
        return [event for event in known.values() if event.data.station_id == station_id]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def access_token(
        self,
        persona: Persona = Persona.OPERATOR,
        *,
        companies: Sequence[str] = (),
        subject: str = "someone",
        client: str | None = None,
    ) -> str:
        claims = {
            "sub": subject,
            "iss": f"{self.endpoint}/{POOL}",
            "client_id": client or (DRIVERS if persona is Persona.DRIVER else OPERATORS),
            "token_use": "access",
            "cognito:groups": [persona.value, *(COMPANY_GROUP + name for name in companies)],
            "exp": datetime.now(UTC) + timedelta(minutes=5),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "1"})

    def machine_token(self, *scopes: str, client: str = PARTNER, **more: object) -> str:
        """As Cognito gives it for client credentials."""
        claims = {
            "sub": client,
            "iss": f"{self.endpoint}/{POOL}",
            "client_id": client,
            "token_use": "access",
            "scope": " ".join(scopes),
            "exp": datetime.now(UTC) + timedelta(minutes=5),
        }
        return jwt.encode(claims | more, self._key, algorithm="RS256", headers={"kid": "1"})

    def jwks(self) -> dict[str, Any]:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": "1", "alg": "RS256", "use": "sig"}]}

    def send_message_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests += 1
        assert 1 <= len(request["Entries"]) <= 10
        self._keep([entry["MessageBody"] for entry in request["Entries"]])
        successful = []
        for entry in request["Entries"]:
            self.bodies.append(entry["MessageBody"])
            digest = hashlib.md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
            successful.append(
                {"Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": digest}
            )
        return {"Successful": successful, "Failed": []}

    def receive_message(self, request: dict[str, Any]) -> dict[str, Any]:
        """One at most; its receipt is its body."""
        try:
            body = self.surplus.get(timeout=request["WaitTimeSeconds"])
        except queue.Empty:
            return {}
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        message = {"MessageId": "1", "ReceiptHandle": body, "Body": body, "MD5OfBody": digest}
        return {"Messages": [message]}

    def delete_message_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        self.taken += [entry["ReceiptHandle"] for entry in request["Entries"]]
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]], "Failed": []}


def forget(_bodies: list[str]) -> None:
    """What is in memory is enough."""


@contextmanager
def running(port: int = 0, keep: Callable[[list[str]], None] = forget) -> Iterator[Aws]:
    """`keep` gets what was sent to the queue before it is acknowledged."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert self.path == f"/{POOL}/.well-known/jwks.json", self.path
            self._answer(200, aws.jwks())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            _, _, action = self.headers["X-Amz-Target"].partition("AmazonSQS.")
            aws_actions.record("services/charging", f"sqs:{action}")
            if aws.refuses:
                self._answer(503, {"__type": "ServiceUnavailable"})
            else:
                self._answer(200, answers[action](json.loads(body)))

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            with contextlib.suppress(ConnectionError):  # Whoever asked may be dead by now.
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    aws = Aws(f"http://127.0.0.1:{server.server_port}", keep)
    answers = {
        "SendMessageBatch": aws.send_message_batch,
        "ReceiveMessage": aws.receive_message,
        "DeleteMessageBatch": aws.delete_message_batch,
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
