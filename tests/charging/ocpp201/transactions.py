"""Transactions of a station that speaks OCPP 2.0.1, in memory."""

from datetime import datetime
from typing import Any

from tests.charging.company import DAWN, Company
from tests.charging.official import OCPP_2_0_1

CARD1 = {"idToken": "card1", "type": "ISO14443"}

Payload = dict[str, Any]


def event(kind: str, seq_no: int, at: datetime = DAWN, **more: Any) -> Payload:
    """As the standard has it; `meter` in Wh; `tx`, `reason` and `charging` for short."""
    timestamp = at.isoformat().replace("+00:00", "Z")
    transaction = {"transactionId": more.pop("tx", "t-1")}
    if reason := more.pop("reason", None):
        transaction["stoppedReason"] = reason
    if charging := more.pop("charging", None):
        transaction["chargingState"] = charging
    if (meter := more.pop("meter", None)) is not None:
        more["meterValue"] = [
            {"timestamp": timestamp, "sampledValue": [{"value": meter}]},
        ]
    return {
        "eventType": kind,
        "timestamp": timestamp,
        "triggerReason": more.pop("trigger", "Trigger"),
        "seqNo": seq_no,
        "transactionInfo": transaction,
        **more,
    }


async def tell(company: Company, payload: Payload) -> Any:
    """What a station hears of it; both are held against the official schemas."""
    OCPP_2_0_1.check("TransactionEventRequest", payload)
    answer = await company.call_in("ocpp2.0.1", "TransactionEvent", payload)
    OCPP_2_0_1.check("TransactionEventResponse", answer)
    return answer
