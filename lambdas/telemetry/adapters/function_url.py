"""The webhook as a Lambda function URL calls it (payload format 2.0)."""

import base64
import hmac
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from aws_lambda_powertools import Logger

from lambdas.telemetry.application.intake import Intake, Outcome, Result

BODY_LIMIT = 256 * 1024
"""Bytes. Whatever is taken in must fit into one item of quarantine; a batch of a day's documents
is sent in parts."""

BATCH_LIMIT = 500
"""Documents in one request, should each be of another device."""

TOKEN_HEADER = "x-webhook-token"  # noqa: S105 — a header's name

_list = msgspec.json.Decoder(list[msgspec.Raw])

Answer = dict[str, Any]


class WebhookEndpoint:
    """Checks the caller, takes documents in, answers.

    Bad documents are answered 202 and kept in quarantine: a device's cloud throttles a host that
    answers more errors than successes. What could not be stored ends the function with an error,
    which asks for a redelivery, and counts against a new version of it.
    """

    def __init__(self, intake: Intake, token: Callable[[], str], logger: Logger) -> None:
        """`token` gives the text that callers must send; it caches it."""
        self._intake = intake
        self._token = token
        self._logger = logger

    def __call__(self, event: Mapping[str, Any]) -> Answer:
        """Answer one request; raises where nothing can be stored."""
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        if not self._is_allowed(headers.get(TOKEN_HEADER)):
            return _answer(401, {"error": "X-Webhook-Token is missing or wrong"})
        if event["requestContext"]["http"]["method"] != "POST":
            return _answer(405, {"error": "POST a status document"}, Allow="POST")
        text = _body(event, headers.get("content-type", ""))
        if len(text.encode()) > BODY_LIMIT:
            return _answer(413, {"error": f"at most {BODY_LIMIT} bytes"})
        batch = _split(text)
        texts = [text] if batch is None else batch
        if len(texts) > BATCH_LIMIT:
            return _answer(413, {"error": f"at most {BATCH_LIMIT} documents"})
        outcomes = self._intake.take(texts)
        self._report(texts, outcomes)
        bad = any(outcome.result is Result.QUARANTINED for outcome in outcomes)
        results = [msgspec.to_builtins(outcome) for outcome in outcomes]
        return _answer(202 if bad else 200, results[0] if batch is None else {"results": results})

    def _is_allowed(self, presented: str | None) -> bool:
        expected = self._token()
        if not presented or not expected:
            return False
        return hmac.compare_digest(presented.encode(), expected.encode())

    def _report(self, texts: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        for text, outcome in zip(texts, outcomes, strict=True):
            if outcome.result is Result.QUARANTINED:
                self._logger.warning(
                    "document in quarantine", reason=outcome.reason, size=len(text)
                )


def _body(event: Mapping[str, Any], content_type: str) -> str:
    """The request's text. A web form, the default of a Particle webhook, is read as JSON."""
    body: str = event.get("body") or ""
    # What is no text is bad data, and kept in a form that shows every byte.
    escape = "backslashreplace"
    encoded = event.get("isBase64Encoded")
    body = (base64.b64decode(body) if encoded else body.encode(errors=escape)).decode(errors=escape)
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        fields = urllib.parse.parse_qsl(body, keep_blank_values=True, errors=escape)
        return msgspec.json.encode(dict(fields)).decode() if fields else body
    return body


def _split(text: str) -> list[str] | None:
    """The documents of a batch, each as it was sent; None for anything but a list."""
    if not text.lstrip().startswith("["):
        return None
    try:
        return [bytes(raw).decode() for raw in _list.decode(text)]
    except (msgspec.DecodeError, RecursionError):
        return None


def _answer(status: int, body: Mapping[str, Any], **headers: str) -> Answer:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers},
        "body": msgspec.json.encode(body).decode(),
    }
