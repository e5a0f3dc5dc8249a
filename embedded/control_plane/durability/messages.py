"""Messages of queues, whoever puts them there: SQS, SNS, EventBridge, S3 or a function's failure.

A change is ``{"queue": [account, region, url]}`` with ``made``, ``sent`` or ``gone``. Not kept is
that a message was received: it may come a second time, as with SQS.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import sqs

from embedded.control_plane.durability.journal import Change, Journal

Message = dict[str, Any]


def restore(changes: Iterable[tuple[list[str], Change]]) -> None:
    """Make the changes again in the queues that are there."""
    of_queue: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for queue, change in changes:
        of_queue[tuple(queue)].append(change)
    for name, made in of_queue.items():
        queue = sqs._queues.get_scoped(*name)
        if queue is None:
            continue  # gone with its stack, or lost with it
        messages = {message["id"]: message for message in queue["messages"]}
        for change in made:
            if "made" in change:
                messages.clear()
            for message in change.get("sent", []):
                messages.setdefault(message["id"], message)
            for message_id in change.get("gone", []):
                messages.pop(message_id, None)
        queue["messages"] = list(messages.values())


def note(journal: Journal) -> None:
    """Every change of every queue goes to the journal before it is made."""

    class Queues(AccountRegionScopedDict):  # type: ignore[misc]  # MiniStack has no types
        __slots__ = ()

        def __setitem__(self, url: str, queue: dict[str, Any]) -> None:
            name = [get_account_id(), get_region(), url]
            journal.write({"queue": name, "made": True})
            super().__setitem__(url, _Queue(queue, name, journal))

    for name, queue in sqs._queues.all_items():
        sqs._queues.set_scoped(*name, _Queue(queue, list(name), journal))
    # Others hold the same object.
    sqs._queues.__class__ = Queues


class _Queue(dict[str, Any]):
    def __init__(self, queue: dict[str, Any], name: list[str], journal: Journal) -> None:
        super().__init__(queue)
        self._name, self._journal = name, journal
        self._take(queue["messages"])

    def __setitem__(self, key: str, value: Any) -> None:
        if key != "messages":
            super().__setitem__(key, value)
            return
        kept = {message["id"] for message in value}
        self.note(gone=[m["id"] for m in self["messages"] if m["id"] not in kept])
        self._take(value)

    def note(self, **change: list[Any]) -> None:
        if any(change.values()):
            self._journal.write({"queue": self._name, **change})

    def _take(self, messages: Iterable[Message]) -> None:
        super().__setitem__("messages", _Messages(messages, self))

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}


class _Messages(list[Message]):
    def __init__(self, messages: Iterable[Message], queue: _Queue) -> None:
        super().__init__(messages)
        self._queue = queue

    def append(self, message: Message) -> None:
        self._queue.note(sent=[message])
        super().append(message)

    def clear(self) -> None:
        self._queue.note(gone=[message["id"] for message in self])
        super().clear()

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Message]:
        return [copy.deepcopy(message, memo) for message in self]
