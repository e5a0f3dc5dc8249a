"""Two days of a real solar array, minute by minute, through the webhook's parts and back."""

import csv
import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from lambdas.telemetry.adapters.device_log import CloudWatchDeviceLog
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.history import Histories
from lambdas.telemetry.application.intake import Intake, Result

FILE = Path(__file__).parents[3] / "shared/data/solar_ac_power_1min.csv"

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not FILE.exists(), reason="the file of real solar power is not here"),
]


def test_every_minute_comes_back_to_the_last_digit(
    table: TelemetryTable, device_log: CloudWatchDeviceLog
) -> None:
    with FILE.open(newline="") as lines:
        rows = [(row["measured_on"], row["ac_power__752"]) for row in csv.DictReader(lines)]
    texts = [
        json.dumps(
            {
                "event": "status",
                "data": f'{{"solar_power_w": {power}}}',
                "coreid": "serf-east",
                "published_at": measured_on,
            }
        )
        for measured_on, power in rows
        if power
    ]
    random.Random(1).shuffle(texts)  # noqa: S311 — an order, no secret
    intake = Intake(table, device_log, clock=lambda: datetime.now(UTC))
    for expected in (Result.STORED, Result.DUPLICATE):
        outcomes = [
            outcome
            for first in range(0, len(texts), 500)
            for outcome in intake.take(texts[first : first + 500])
        ]
        assert [outcome.result for outcome in outcomes] == [expected] * len(texts)
    first, last = (datetime.fromisoformat(rows[i][0]) for i in (0, -1))
    history = Histories(table, clock=lambda: datetime.now(UTC)).of(
        "serf-east", first, last + timedelta(minutes=1)
    )
    assert [(s.published_at, s.status.solar_power_w) for s in history.samples] == [
        (datetime.fromisoformat(measured_on), Decimal(power))
        for measured_on, power in rows
        if power
    ]
    energy_wh = sum(Decimal(power) for _, power in rows if power) / 60
    assert history.rollup.solar_energy_wh == pytest.approx(int(energy_wh), abs=2)
