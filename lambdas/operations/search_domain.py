"""The search domain, over signed HTTP requests."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import boto3
import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from lambdas.operations.searchable_logs import Document

TEMPLATE = "/_index_template/logs"
LIFE_CYCLE = "/_plugins/_ism/policies/logs"
READERS = "/_plugins/_security/api/rolesmapping/readall"
BULK = "/_bulk"

OK, CREATED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_MANY, OURS = 200, 201, 403, 404, 409, 429, 500
NOT_NOW = (FORBIDDEN, TOO_MANY)
"""While it is too busy, or takes nothing because a node is full."""
EXPECTED = {"GET": (OK, NOT_FOUND), "PUT": (OK, CREATED, CONFLICT), "POST": (OK,)}
"""A conflict is another start of the function, which says the same at the same time."""


class SearchError(Exception):
    """The domain did not do what was asked, and may later."""


class Refused(NamedTuple):
    """A document that the domain will never take."""

    document: Document
    reason: str


class SearchDomain:
    """Keeps documents; calls with the function's own role."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: with its scheme, without a path."""
        session = boto3.Session()
        credentials = session.get_credentials()
        if credentials is None:
            raise SearchError("there are no credentials to sign requests with")
        self._endpoint = endpoint
        self._credentials = credentials
        self._region = session.region_name
        self._http = URLLib3Session(timeout=30)

    def prepare(self, *, kept_days: int, reader_role: str) -> None:
        """Say how logs are kept and for how long, and who may read; raises `SearchError`.

        Saying it again changes nothing.
        """
        self._put(TEMPLATE, _TEMPLATE)
        self._put_life_cycle(_life_cycle(kept_days))
        self._put(READERS, {"backend_roles": [reader_role]})

    def add(self, documents: Sequence[Document]) -> list[Refused]:
        """Keep them; raises `SearchError` when some have to be sent again, which does no harm."""
        body = b"".join(document.lines() for document in documents)
        items = self._call("POST", BULK, body)[1]["items"]
        answers = [item["index"] for item in items]
        for answer in answers:
            if answer["status"] in NOT_NOW or answer["status"] >= OURS:
                raise SearchError(f"{answer['_index']}: {answer['error']}")
        return [
            Refused(document, str(answer["error"]))
            for document, answer in zip(documents, answers, strict=True)
            if answer["status"] not in (OK, CREATED)
        ]

    def _put_life_cycle(self, wanted: dict[str, Any]) -> None:
        """A policy that is there is only taken with the number of the one that it replaces."""
        status, there = self._call("GET", LIFE_CYCLE)
        query = ""
        if status != NOT_FOUND:
            query = f"?if_primary_term={there['_primary_term']}&if_seq_no={there['_seq_no']}"
        self._put(LIFE_CYCLE + query, wanted)

    def _put(self, path: str, content: dict[str, Any]) -> None:
        self._call("PUT", path, msgspec.json.encode(content))

    def _call(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        kind = "application/x-ndjson" if path == BULK else "application/json"
        request = AWSRequest(method, self._endpoint + path, {"Content-Type": kind}, body)
        SigV4Auth(self._credentials, "es", self._region).add_auth(request)
        answer = self._http.send(request.prepare())
        if answer.status_code not in EXPECTED[method]:
            raise SearchError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.status_code, msgspec.json.decode(answer.content)


_TEMPLATE: dict[str, Any] = {
    "index_patterns": ["logs-*"],
    "template": {
        "aliases": {"logs": {}},
        "settings": {"number_of_shards": 1, "number_of_replicas": 1},
        "mappings": {
            "dynamic": False,
            "properties": {
                "@timestamp": {"type": "date"},
                "group": {"type": "keyword"},
                "stream": {"type": "keyword"},
                "level": {"type": "keyword"},
                "message": {"type": "text"},
                # One field, whatever programs write: new names make no new mappings.
                "fields": {"type": "flat_object"},
            },
        },
    },
}


def _life_cycle(kept_days: int) -> dict[str, Any]:
    """An index holds a day: it is deleted whole."""
    old = {"state_name": "deleted", "conditions": {"min_index_age": f"{kept_days}d"}}
    return {
        "policy": {
            "description": f"Logs are kept for {kept_days} days",
            "default_state": "kept",
            "states": [
                {"name": "kept", "actions": [], "transitions": [old]},
                {"name": "deleted", "actions": [{"delete": {}}], "transitions": []},
            ],
            "ism_template": [{"index_patterns": ["logs-*"], "priority": 1}],
        }
    }
