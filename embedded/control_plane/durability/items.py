"""Items of tables.

A change is ``{"table": [account, region, name]}`` with ``made``, ``put`` (partition key, sort key,
item) or ``removed`` (partition key, sort key).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import dynamodb

from embedded.control_plane.durability.journal import Change, Journal

Table = dict[str, Any]


def restore(changes: Iterable[tuple[list[str], Change]]) -> None:
    """Make the changes again in the tables that are there."""
    for name, change in changes:
        table = dynamodb._tables.get_scoped(*name)
        if table is None:
            continue  # gone with its stack, or lost with it
        if "made" in change:
            table["items"] = defaultdict(dict)
            dynamodb._items_replaced(table)
        elif "put" in change:
            dynamodb._set_item(table, *change["put"])
        elif "removed" in change:
            dynamodb._remove_item(table, *change["removed"])


def note(journal: Journal) -> None:
    """Every change of every item goes to the journal before it is made."""
    put, remove = dynamodb._set_item, dynamodb._remove_item

    def noted_put(table: Table, partition: str, sort: str, item: dict[str, Any]) -> Any:
        journal.write({"table": _name(table), "put": [partition, sort, item]})
        return put(table, partition, sort, item)

    def noted_remove(table: Table, partition: str, sort: str) -> Any:
        journal.write({"table": _name(table), "removed": [partition, sort]})
        return remove(table, partition, sort)

    class Tables(AccountRegionScopedDict):  # type: ignore[misc]  # MiniStack has no types
        __slots__ = ()

        def __setitem__(self, name: str, table: Table) -> None:
            journal.write({"table": [get_account_id(), get_region(), name], "made": True})
            super().__setitem__(name, table)

    dynamodb._set_item, dynamodb._remove_item = noted_put, noted_remove
    # Others hold the same object.
    dynamodb._tables.__class__ = Tables


def _name(table: Table) -> list[str]:
    """Account, region and name, by ``arn:aws:dynamodb:region:account:table/name``."""
    *_, region, account, resource = table["TableArn"].split(":")
    return [account, region, resource.partition("/")[2]]
