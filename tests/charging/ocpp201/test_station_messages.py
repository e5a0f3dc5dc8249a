"""Every message that a station may send, asked of the central system in memory."""

import json
from typing import Any

import msgspec
import pytest

from services.charging.domain.ocpp201.version import OCPP_2_0_1 as VERSION
from tests.charging.company import Company
from tests.charging.ocpp201.examples import MESSAGES, OCSP
from tests.charging.official import OCPP_2_0_1
from tests.charging.test_messages import OCPP201

NOT_FOR_PEOPLE = {
    "Authorize",
    "BootNotification",
    "Heartbeat",
    "MeterValues",
    "NotifyMonitoringReport",
    "NotifyReport",
    "StatusNotification",
    "TransactionEvent",
}


@pytest.mark.parametrize("action", MESSAGES)
async def test_answered_as_the_official_schema_says(action: str) -> None:
    company = Company()
    OCPP_2_0_1.check(f"{action}Request", MESSAGES[action])
    answer: dict[str, Any] = await company.call_in("ocpp2.0.1", action, MESSAGES[action])
    OCPP_2_0_1.check(f"{action}Response", answer)
    kept = [(told.station_id, told.action) for told in company.ledger.told]
    assert kept == ([] if action in NOT_FOR_PEOPLE else [("CP1", action)])
    assert company.rules == []


@pytest.mark.parametrize("action", MESSAGES)
def test_nothing_is_lost_in_reading(action: str) -> None:
    """Every field of the example is one of ours, and is written as it was read."""
    payload = json.dumps(MESSAGES[action]).encode()
    message, _ = VERSION.reader.read(OCPP201[action], payload)
    written = msgspec.json.Encoder(decimal_format="number").encode(message)
    assert json.loads(written) == MESSAGES[action]


async def test_what_is_not_done_is_not_claimed() -> None:
    company = Company()

    async def answer(action: str, **more: Any) -> Any:
        return await company.call_in("ocpp2.0.1", action, MESSAGES[action] | more)

    contract = {"idToken": "DE8AA1234567", "type": "eMAID"}
    plug_and_charge = await answer(
        "Authorize", idToken=contract, iso15118CertificateHashData=[OCSP]
    )
    assert plug_and_charge == {
        "idTokenInfo": {"status": "Invalid"},
        "certificateStatus": "CertChainError",
    }
    assert (await answer("Get15118EVCertificate"))["status"] == "Failed"
    assert (await answer("GetCertificateStatus"))["status"] == "Failed"
    assert (await answer("NotifyEVChargingNeeds"))["status"] == "Rejected"
    assert "totalCost" not in await answer("TransactionEvent")


async def test_authorize_ignores_case_and_kind() -> None:
    company = Company()
    statuses = []
    for token, kind in (
        ("card1", "eMAID"),
        ("CARD1", "Central"),
        ("card2", "Local"),
        ("x", "Local"),
    ):
        payload = {"idToken": {"idToken": token, "type": kind}}
        answer = await company.call_in("ocpp2.0.1", "Authorize", payload)
        statuses.append(answer["idTokenInfo"]["status"])
    assert statuses == ["Accepted", "Accepted", "Blocked", "Unknown"]
