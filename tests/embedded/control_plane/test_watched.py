import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from embedded.control_plane.watched import Watched


def _bucket() -> Watched:
    made = Watched(
        {
            "Name": "shop",
            "Lock": {"Mode": "GOVERNANCE", "Days": 7},
            "Rules": [{"Id": "a", "Days": 1}, {"Id": "b", "Prefix": "logs/"}],
        }
    )
    made.listen()
    return made


def test_what_is_not_asked_for_is_unread() -> None:
    bucket = _bucket()
    assert bucket.get("Name") == "shop"
    assert "Lock" in bucket, "to ask whether it is there reads nothing"
    assert bucket.unread() == ("Lock", "Rules")
    assert bucket.was_read("Name")
    assert not bucket.was_read("Lock")


def test_what_is_taken_whole_is_read_whole() -> None:
    bucket = _bucket()
    assert bucket["Lock"] == {"Mode": "GOVERNANCE", "Days": 7}
    assert bucket.pop("Rules")
    assert bucket.unread() == ("Name",)


def test_what_is_looked_into_is_unread_where_nobody_looked() -> None:
    bucket = _bucket()
    assert bucket["Lock"]["Mode"] == "GOVERNANCE"
    assert [rule["Id"] for rule in bucket["Rules"]] == ["a", "b"]
    assert bucket.unread() == ("Lock/Days", "Name", "Rules/Days", "Rules/Prefix")


def test_of_the_items_of_a_list_one_is_enough() -> None:
    bucket = _bucket()
    first, second = bucket["Rules"]
    assert (first["Id"], second["Prefix"]) == ("a", "logs/")
    assert bucket.unread() == ("Lock", "Name", "Rules/Days")


def test_a_mapping_that_is_copied_is_kept_whole() -> None:
    bucket = _bucket()
    assert copy.deepcopy(bucket["Lock"])["Mode"] == "GOVERNANCE"
    assert bucket.unread() == ("Name", "Rules")


def test_a_read_of_a_copy_is_one_of_the_original() -> None:
    bucket = _bucket()
    assert copy.deepcopy(bucket)["Lock"]["Mode"] == "GOVERNANCE"
    assert bucket.copy().pop("Name") == "shop"
    assert bucket.unread() == ("Lock/Days", "Rules")
    assert "Name" in bucket


@pytest.mark.parametrize("taken", [dict, lambda one: {**one}, json.dumps, lambda one: one | {}])
def test_what_makes_another_mapping_of_it_has_read_it(taken: Callable[[Watched], Any]) -> None:
    bucket = _bucket()
    assert taken(bucket)
    assert bucket.unread() == ()


def test_reads_before_it_listens_do_not_count() -> None:
    properties = Watched({"Lock": {"Mode": "GOVERNANCE"}})
    assert properties["Lock"]["Mode"] == "GOVERNANCE"
    properties.listen()
    assert properties.unread() == ("Lock",)
