"""Nobody overwrites what another has just changed."""

import contextlib
from typing import Any

import pytest

from services.charging.application.preconditions import (
    WHATEVER_IS_THERE,
    ChangedMeanwhileError,
    Precondition,
)
from tests.charging.program import ChargingProgram

LIMIT = {"l1": 16, "l2": 16, "l3": 16}
SITE = {"name": "Depot", "kind": "workplace", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("precondition", "holds_for"),
    [
        (WHATEVER_IS_THERE, {None, 1, 2}),
        (Precondition(exists=True), {1, 2}),
        (Precondition(exists=True, version=2), {2}),
        (Precondition(exists=False), {None}),
    ],
)
def test_a_change_is_for_what_is_there(
    precondition: Precondition, holds_for: set[int | None]
) -> None:
    for version in (None, 1, 2):
        refused = contextlib.nullcontext()
        with refused if version in holds_for else pytest.raises(ChangedMeanwhileError):
            precondition.check(version)


def test_whoever_was_quicker_has_made_it() -> None:
    with pytest.raises(ChangedMeanwhileError):
        Precondition(exists=False).entered(is_new=False, version=2)
    assert WHATEVER_IS_THERE.entered(is_new=False, version=2).version == 2


@pytest.mark.integration
@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/sites/precondition", SITE),
        ("/tokens/PRECONDITION", {"driver": "Ada"}),
        ("/sites/preconditioned/limits", {"connection": LIMIT}),
    ],
)
def test_what_is_read_is_changed_once(
    program: ChargingProgram, path: str, document: dict[str, Any]
) -> None:
    program.api.put("/sites/preconditioned", json=SITE).raise_for_status()

    def put(**headers: str) -> tuple[int, str | None]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = program.api.put(path, json=document, headers=named)
        return answer.status_code, answer.headers.get("ETag")

    assert put(If_Match="*") == (412, None)
    assert put(If_Match='"1"') == (412, None)
    created, first = put(If_None_Match="*")
    assert (created in (200, 201), first) == (True, '"1"')
    assert put(If_None_Match="*") == (412, None)
    assert put(If_None_Match='"1"') == (412, None)
    assert program.api.get(path).headers["ETag"] == first
    assert put(If_Match=str(first)) == (200, '"2"')
    for stale in (str(first), "nonsense", '"02"', 'W/"2"'):
        assert put(If_Match=stale) == (412, None)
    assert put(If_Match="*") == (200, '"3"')
    assert put() == (200, '"4"')
    assert program.api.get(path).headers["ETag"] == '"4"'


@pytest.mark.integration
def test_a_site_that_was_changed_is_not_removed(program: ChargingProgram) -> None:
    path = "/sites/precondition-removed"
    first = program.api.put(path, json=SITE).headers["ETag"]
    program.api.put(path, json=SITE).raise_for_status()
    assert program.api.delete(path, headers={"If-Match": first}).status_code == 412
    now = program.api.get(path).headers["ETag"]
    assert program.api.delete(path, headers={"If-Match": now}).status_code == 204
    assert program.api.delete(path).status_code == 404
