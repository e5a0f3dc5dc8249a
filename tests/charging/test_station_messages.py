"""Every message that a station may send, asked of the central system in memory."""

from typing import Any

import pytest

from tests.charging.company import Company
from tests.charging.examples import MESSAGES, check

KEPT_FOR_PEOPLE = [
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
]


@pytest.mark.parametrize("action", MESSAGES)
async def test_answered_as_the_official_schema_says(action: str) -> None:
    company = Company()
    check(action, MESSAGES[action])
    answer: dict[str, Any] = await company.call(action, **MESSAGES[action])
    check(f"{action}Response", answer)
    reported = {"BootNotification": "BootNotification", "StatusNotification": "ConnectorReport"}
    assert [type(report).__name__ for report in company.register.reports] == [
        name for told, name in reported.items() if told == action
    ]
    kept = [(told.station_id, told.action) for told in company.ledger.told]
    assert kept == ([("CP1", action)] if action in KEPT_FOR_PEOPLE else [])
