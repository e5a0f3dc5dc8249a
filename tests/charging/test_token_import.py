"""Tokens from a CSV file: all rows or none."""

from typing import Any

import httpx
import pytest

from tests.charging.program import ChargingProgram

pytestmark = pytest.mark.integration

FILE = """\ufeffuid;driver;status;driver_id
CSV1;"Ada; the first";;ada
csv2;Bob;blocked;

"""


def send(
    program: ChargingProgram, text: str | bytes, *, dry_run: bool = False, kind: str = "text/csv"
) -> httpx.Response:
    return program.api.post(
        "/tokens/import",
        params={"dry_run": dry_run},
        content=text.encode() if isinstance(text, str) else text,
        headers={"Content-Type": kind},
    )


def test_a_dry_run_says_what_would_change(program: ChargingProgram) -> None:
    said = send(program, FILE, dry_run=True).json()
    assert program.api.get("/tokens/CSV1").status_code == 404
    done = send(program, FILE).json()
    assert done == said | {"dry_run": False}
    assert (done["created"], done["updated"], done["unchanged"]) == (2, 0, 0)
    ada: dict[str, object] = {"uid": "CSV1", "status": "accepted", "driver": "Ada; the first"}
    ada |= {"driver_id": "ada", "group_uid": None, "version": 1, "ad_hoc": False}
    assert done["changes"][0] == {"before": None, "after": ada}
    assert program.get("/tokens/CSV1") == ada
    assert program.get("/tokens/CSV2")["status"] == "blocked"

    again = send(program, "uid,driver,driver_id\r\nCSV1,Ada,ada\r\n", dry_run=True).json()
    after = ada | {"driver": "Ada", "version": 2}
    assert again["changes"] == [{"before": ada, "after": after}]
    assert send(program, FILE).json()["unchanged"] == 2


def test_a_known_token_keeps_what_a_file_leaves_out(program: ChargingProgram) -> None:
    full = "uid,driver,status,driver_id,group_uid,ad_hoc\nKEPT1,Ada,blocked,ada,FLEET,true\n"
    assert send(program, full).json()["created"] == 1
    before = program.get("/tokens/KEPT1")
    for less in ("uid,driver\nkept1,Ada B.\n", "uid,driver,status,group_uid\nKEPT1,Ada B.,,\n"):
        send(program, less).raise_for_status()
        # The second changes nothing any more.
        changed = {"driver": "Ada B.", "version": before["version"] + 1}
        assert program.get("/tokens/KEPT1") == before | changed


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("uid,driver\nROW2,Ada\nROW3\n", "row.3", "1 fields"),
        ("uid,driver\nROW2,Ada\nUID-LONGER-THAN-AN-ID-TOKEN-MAY-BE-ONE,Bob\n", "row.3.uid", "36"),
        ("uid,driver,status\nROW2,Ada,lost\n", "row.2.status", "accepted"),
        ("uid,driver,ad_hoc\nROW2,Ada,perhaps\n", "row.2.ad_hoc", "boolean"),
        ("uid,driver\nROW2,\n", "row.2.driver", "required"),
        ("uid,driver\nROW2,Ada\nrow2,Bob\n", "row.3.uid", "row 2"),
        ("uid,driver,colour\nROW2,Ada,red\n", "row.1.colour", "no known column"),
        ("uid\nROW2\n", "row.1.driver", "missing"),
        ("", "row.1.uid", "missing"),
        ('uid,driver\nROW2,"Ada\n', "row.2", "end of data"),
        (b"uid,driver\nROW2,\xff\n", "row.2", "UTF-8"),
    ],
)
def test_faults_are_named_by_their_rows(
    program: ChargingProgram, text: str | bytes, where: str, what: str
) -> None:
    answer = send(program, text)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    faults: list[dict[str, Any]] = answer.json()["errors"]
    assert any(f["where"] == where and what in f["what"] for f in faults), faults
    assert program.api.get("/tokens/ROW2").status_code == 404


def test_all_faults_are_named_at_once(program: ChargingProgram) -> None:
    answer = send(program, "uid,driver\n" + "x" * 37 + ",Ada\nOK1,\nOK2,Bob\n")
    assert [fault["where"] for fault in answer.json()["errors"]] == ["row.2.uid", "row.3.driver"]
    assert program.api.get("/tokens/OK2").status_code == 404


def test_only_csv_is_taken(program: ChargingProgram) -> None:
    assert send(program, "[]", kind="application/json").status_code == 415
    assert send(program, b"x" * (4 * 1024 * 1024 + 1)).status_code == 413
