"""The one DynamoDB table, as telemetry uses it: keys, indexes and access patterns.

========================  ======================  ============================  ==================
item                      PK                      SK                            attributes
========================  ======================  ============================  ==================
a device's quarter hour   ``DEVICE#{device id}``  ``STATUS#{quarter, UTC}``     one a status (see
                                                                                `packing`)
a document in quarantine  ``QUARANTINE#{day}``    ``{received at}#{digest}``    ``text reason``
a solar controller        ``CONTROLLERS``         ``DEVICE#{device id}``        ``site company``
========================  ======================  ============================  ==================

The first two carry ``expires_at``, the table's time to live. No item is in ``GSI1``: a device's
place in its groups will be, and a status a minute there would double the price.

==========================  =====================================================================
access pattern              one request
==========================  =====================================================================
which are stored already    BatchGetItem of the quarters (up to 100)
store a status              UpdateItem of its quarter; all of one quarter in a batch share it
a device's time frame       Query PK, SK between two quarters (a day is 96 items of under 1 KiB)
a device's latest status    Query PK, SK begins with ``STATUS#``, newest first, one item
a day's quarantine          Query PK
all solar controllers       Query PK
==========================  =====================================================================
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from lambdas.telemetry.adapters.packing import entry_name, pack, quarter_of, unpack
from lambdas.telemetry.application.intake import Identity
from lambdas.telemetry.domain.rollup import Sample
from lambdas.telemetry.domain.status import StatusDocument

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=90)
"""From the day an item was begun. The raw documents are kept elsewhere for longer."""

_READ_AT_ONCE = 100
"""BatchGetItem takes no more keys."""

_STORED_AT_ONCE = 100
"""An update expression is at most 4 KB; each entry takes about 30 bytes of it."""

Quarter = tuple[str, datetime]

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class TelemetryTable:
    """Reads and writes telemetry's items."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def known(self, documents: Collection[StatusDocument]) -> set[Identity]:
        """Which of these are stored already.

        Eventually consistent, at half the price: a redelivery comes seconds later at the
        earliest, and storing a document again changes nothing.
        """
        found: set[Identity] = set()
        keys: list[Any] = [_quarter_key(*quarter) for quarter in _by_quarter(documents)]
        while keys:
            answer: Any = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": keys[:_READ_AT_ONCE]}}
            )
            unread = answer["UnprocessedKeys"].get(self._table, {}).get("Keys", [])
            keys = keys[_READ_AT_ONCE:] + unread
            for item in answer["Responses"].get(self._table, []):
                device_id = item["PK"]["S"].removeprefix("DEVICE#")
                found |= {(device_id, s.published_at, s.event) for s in _samples(item)}
        return found

    def store(self, documents: Collection[StatusDocument], received_at: datetime) -> None:
        """Store; a document that is there already stays as it is."""
        for quarter, own in _by_quarter(documents).items():
            for first in range(0, len(own), _STORED_AT_ONCE):
                self._store_quarter(quarter, own[first : first + _STORED_AT_ONCE], received_at)

    def quarantine(self, text: str, reason: str, received_at: datetime) -> None:
        """Keep a document that cannot be read."""
        day, digest = received_at.date().isoformat(), hashlib.sha256(text.encode()).hexdigest()
        item = {
            "PK": f"QUARANTINE#{day}",
            "SK": f"{received_at.isoformat()}#{digest[:16]}",
            "text": text,
            "reason": reason,
            "expires_at": _expiry(received_at),
        }
        self._client.put_item(
            TableName=self._table, Item={name: _serialize(value) for name, value in item.items()}
        )

    def between(self, device_id: str, start: datetime, end: datetime) -> list[Sample]:
        """Samples of ``[start, end)`` in order of time."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :device AND SK BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":device": {"S": _device_key(device_id)},
                ":first": {"S": _status_key(quarter_of(start))},
                ":last": {"S": _status_key(quarter_of(end))},
            },
        )
        samples = [s for page in pages for item in page["Items"] for s in _samples(item)]
        return [sample for sample in samples if start <= sample.published_at < end]

    def latest(self, device_id: str) -> Sample | None:
        """The newest sample."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="PK = :device AND begins_with(SK, :status)",
            ExpressionAttributeValues={
                ":device": {"S": _device_key(device_id)},
                ":status": {"S": "STATUS#"},
            },
            ScanIndexForward=False,
            Limit=1,
        )
        return next((_samples(item)[-1] for item in answer["Items"]), None)

    def _store_quarter(
        self, quarter: Quarter, documents: Sequence[StatusDocument], received_at: datetime
    ) -> None:
        names = {"#expiry": "expires_at"}
        values = {":expiry": _serialize(_expiry(received_at))}
        for number, document in enumerate(documents):
            names[f"#{number}"] = entry_name(document.published_at, document.event)
            values[f":{number}"] = _serialize(pack(document.status))
        # A condition that fails costs as much as an update that changes nothing.
        changes = (f"{n} = if_not_exists({n}, {v})" for n, v in zip(names, values, strict=True))
        self._client.update_item(
            TableName=self._table,
            Key=_quarter_key(*quarter),
            UpdateExpression=f"SET {', '.join(changes)}",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )


def _by_quarter(documents: Collection[StatusDocument]) -> dict[Quarter, list[StatusDocument]]:
    quarters: dict[Quarter, list[StatusDocument]] = {}
    for document in documents:
        quarter = (document.device_id, quarter_of(document.published_at))
        quarters.setdefault(quarter, []).append(document)
    return quarters


def _device_key(device_id: str) -> str:
    return f"DEVICE#{device_id}"


def _status_key(quarter: datetime) -> str:
    return f"STATUS#{quarter:%Y-%m-%dT%H:%MZ}"


def _quarter_key(device_id: str, quarter: datetime) -> dict[str, Any]:
    return {"PK": {"S": _device_key(device_id)}, "SK": {"S": _status_key(quarter)}}


def _samples(item: Mapping[str, Any]) -> list[Sample]:
    attributes = {name: _deserialize(value) for name, value in item.items()}
    return unpack(datetime.fromisoformat(attributes["SK"].removeprefix("STATUS#")), attributes)


def _expiry(received_at: datetime) -> int:
    return int((received_at + KEPT).timestamp())
