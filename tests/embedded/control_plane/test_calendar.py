"""When a scheduled action is due; asked of the interpreter that has MiniStack."""

import json
import os
import subprocess

import pytest

from embedded import installation
from tests.embedded.control_plane.conftest import ROOT
from tests.embedded.machine.cloud import VENV

pytestmark = pytest.mark.integration

_ASK = """
import json, sys
from datetime import datetime
from embedded.control_plane.application_autoscaling.calendar import is_due, is_schedule
made = datetime.fromisoformat("2026-03-01T00:00:30+00:00")
answers = []
for schedule, zone, since, until in json.load(sys.stdin):
    since, until = map(datetime.fromisoformat, (since, until))
    due = is_schedule(schedule) and is_due(schedule, zone, since=since, until=until, made=made)
    answers.append(due)
print(json.dumps(answers))
"""
EVENING = "cron(0 20 ? * MON-FRI *)"
BERLIN = "Europe/Berlin"


def test_an_action_is_due_at_its_time_by_the_clock_on_its_wall() -> None:
    cases = {
        # The clocks change on Sunday, 29 March 2026: 20:00 is 19:00 UTC before and 18:00 after.
        (EVENING, BERLIN, "2026-03-27T18:59:58+00:00", "2026-03-27T19:00:03+00:00"): True,
        (EVENING, BERLIN, "2026-03-27T17:59:58+00:00", "2026-03-27T18:00:03+00:00"): False,
        (EVENING, BERLIN, "2026-03-30T17:59:58+00:00", "2026-03-30T18:00:03+00:00"): True,
        # Once: not again in the seconds after, nor on a Saturday.
        (EVENING, BERLIN, "2026-03-30T18:00:03+00:00", "2026-03-30T18:00:08+00:00"): False,
        (EVENING, BERLIN, "2026-03-28T18:59:58+00:00", "2026-03-28T19:00:03+00:00"): False,
        # Exactly then, and never twice.
        (EVENING, "UTC", "2026-03-30T19:59:55+00:00", "2026-03-30T20:00:00+00:00"): True,
        (EVENING, "UTC", "2026-03-30T20:00:00+00:00", "2026-03-30T20:00:05+00:00"): False,
        # A machine that slept.
        (EVENING, "UTC", "2026-03-30T12:00:00+00:00", "2026-03-31T12:00:00+00:00"): True,
        (
            "at(2026-03-30T08:00:00)",
            BERLIN,
            "2026-03-30T05:59:58+00:00",
            "2026-03-30T06:00:03+00:00",
        ): True,
        (
            "at(2026-03-30T08:00:00)",
            BERLIN,
            "2026-03-30T06:00:03+00:00",
            "2026-03-30T06:00:08+00:00",
        ): False,
        ("rate(5 minutes)", "UTC", "2026-03-01T00:05:28+00:00", "2026-03-01T00:05:33+00:00"): True,
        ("rate(5 minutes)", "UTC", "2026-03-01T00:05:33+00:00", "2026-03-01T00:05:38+00:00"): False,
        ("at noon", "UTC", "2026-03-01T11:59:58+00:00", "2026-03-01T12:00:03+00:00"): False,
    }
    installation.install(VENV)
    asked = subprocess.run(  # noqa: S603 — our own interpreter
        [VENV / "bin/python", "-c", _ASK],
        input=json.dumps(list(cases)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(asked.stdout.splitlines()[-1])
    assert dict(zip(cases, answers, strict=True)) == cases
