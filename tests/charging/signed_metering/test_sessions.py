"""Signed values on their way: out of the messages, onto the session and into its event."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from services.charging.domain.ocpp16 import meter_value as v16
from services.charging.domain.ocpp201 import meter_value as v201
from services.charging.domain.signed_metering.extraction import signed_in_16, signed_in_201
from services.charging.domain.signed_metering.meter_key import MeterKey
from tests.charging.company import DAWN, Company
from tests.charging.ocpp201.transactions import CARD1, event, tell
from tests.charging.program import ChargingProgram
from tests.charging.signed_metering.meter import Meter, reading
from tests.charging.station import connected

METER = Meter()


def signed(record: str, context: str) -> dict[str, Any]:
    sample = {"value": record, "format": "SignedData", "context": context}
    return {"timestamp": DAWN.isoformat(), "sampledValue": [sample]}


@pytest.fixture
def company() -> Company:
    company = Company()
    company.ledger.keys = [MeterKey.of(METER.key_in("spki/hex"))]
    return company


async def charge(company: Company, begin: str, end: str, stop_meter: int = 7550) -> str | None:
    """A session from 100 Wh; what its event says of what was signed."""
    transaction_id = await company.start()
    await company.call(
        "MeterValues",
        connectorId=1,
        transactionId=transaction_id,
        meterValue=[signed(begin, "Transaction.Begin")],
    )
    for _ in range(2):  # A stop that is repeated says nothing new.
        data = [signed(end, "Transaction.End")]
        await company.stop(transaction_id, meter=stop_meter, transactionData=data)
    assert company.ledger.signed[str(transaction_id)] == [begin.encode(), end.encode()]
    [ended] = company.ended
    return ended.signed_verdict


async def test_a_session_is_judged_as_it_ends(company: Company) -> None:
    begin, end = METER.record(reading("B", "0.1")), METER.record(reading("E", "7.55"))
    assert await charge(company, begin, end) == "verified"


async def test_more_than_was_signed_is_not_verified(company: Company) -> None:
    begin, end = METER.record(reading("B", "0.1")), METER.record(reading("E", "7.55"))
    assert await charge(company, begin, end, stop_meter=9999) == "inconsistent"


async def test_another_meters_signature(company: Company) -> None:
    begin, end = METER.record(reading("B", "0.1")), Meter().record(reading("E", "7.55"))
    assert await charge(company, begin, end) == "wrong-signature"


@pytest.mark.parametrize("readings", [1, 40])  # over the standard's 2,500 characters
async def test_a_session_of_2_0_1(company: Company, readings: int) -> None:
    begin, end = [reading("B", "1")] * readings, [reading("E", "8.45")] * readings
    records = METER.record(*begin), METER.record(*end)
    told = [
        event("Started", 0, idToken=CARD1, evse={"id": 1}, meter=1000),
        event("Ended", 1, meter=8450),
    ]
    for one, record in zip(told, records, strict=True):
        one["meterValue"][0]["sampledValue"][0]["signedMeterValue"] = {
            "signedMeterData": b64encode(record.encode()).decode(),
            "signingMethod": "ECDSA-secp256r1-SHA256",
            "encodingMethod": "OCMF",
            "publicKey": "",
        }
    for one in told:
        await company.call_in("ocpp2.0.1", "TransactionEvent", one)
    [ended] = company.ended
    assert ended.signed_verdict == "verified"


@pytest.mark.parametrize("missing", ["signingMethod", "encodingMethod", "publicKey"])
async def test_a_record_counts_without_what_stands_beside_it(
    company: Company, missing: str
) -> None:
    record = METER.record(reading("B", "1"), reading("E", "8.45"))
    value = {
        "signedMeterData": b64encode(record.encode()).decode(),
        "signingMethod": "",
        "encodingMethod": "OCMF",
        "publicKey": "",
    }
    del value[missing]
    await tell(company, event("Started", 0, idToken=CARD1, meter=1000))
    ended = event("Ended", 1, meter=8450)
    ended["meterValue"][0]["sampledValue"][0]["signedMeterValue"] = value
    await company.call_in("ocpp2.0.1", "TransactionEvent", ended)
    assert [one.signed_verdict for one in company.ended] == ["verified"]
    assert len(company.rules) == 1


async def test_a_session_without_signed_values(company: Company) -> None:
    await company.stop(await company.start())
    [ended] = company.ended
    assert ended.signed_verdict is None


RECORD = METER.record(reading("B", "1"), reading("E", "2"))
BASE64 = b64encode(RECORD.encode()).decode()
WRAPPED = json.dumps(
    {
        "signedMeterData": BASE64,
        "signingMethod": "",
        "encodingMethod": "OCMF",
        "publicKey": "",
    }
)


NAMED_OTHERWISE = json.dumps({"signedMeterValue": BASE64, "encodingMethod": "OCMF"})


@pytest.mark.parametrize("value", [RECORD, BASE64, RECORD.encode().hex(), WRAPPED, NAMED_OTHERWISE])
def test_every_way_of_saying_it_in_1_6(value: str) -> None:
    assert signed_in_16([_meter_value_16(value)]) == [RECORD.encode()]


@pytest.mark.parametrize("value", ["{", "{}", '{"signedMeterData": 7}', "no Base64!", "AAA"])
def test_what_is_none_of_them_stays_as_it_is(value: str) -> None:
    assert signed_in_16([_meter_value_16(value)]) == [value.encode()]


def test_2_0_1() -> None:
    said = v201.SignedMeterValue(
        signed_meter_data=BASE64, signing_method="", encoding_method="OCMF", public_key=""
    )
    sample = v201.SampledValue(value=Decimal(1), signed_meter_value=said)
    value = v201.MeterValue(sampled_value=[sample], timestamp=DAWN)
    assert signed_in_201([value]) == [RECORD.encode()]


def _meter_value_16(value: str) -> v16.MeterValue:
    sample = v16.SampledValue(value=value, format="SignedData")
    return v16.MeterValue(timestamp=DAWN, sampled_value=[sample, v16.SampledValue(value="1")])


@pytest.mark.integration
async def test_keys_and_proof_by_rest(program: ChargingProgram, station_id: str) -> None:
    record = METER.record(reading("B", "0.1"), reading("E", "7.55"))
    keys = f"/stations/{station_id}/meter-keys"
    async with connected(program, station_id) as station:
        transaction_id = await station.start(meter=100)
        data = [signed(record, "Transaction.End")]
        stop = {"meterStop": 7550, "timestamp": DAWN.isoformat(), "transactionData": data}
        await station.call("StopTransaction", transactionId=transaction_id, **stop)
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert session["signed_verdict"] == "no-key"
    # A key that is entered later proves what was signed before.
    refused = program.api.post(keys, json={"public_key": "no key"})
    assert (refused.status_code, "public_key" in refused.json()["detail"]) == (422, True)
    for meter in (Meter(), METER, METER):
        program.api.post(keys, json={"public_key": meter.key_in("pem")}).raise_for_status()
    assert [key["version"] for key in program.get(keys)["items"]] == [2, 1]
    proof = program.get(f"/sessions/{session['id']}/signed-values")
    assert (proof["verdict"], proof["reason"]) == ("verified", "7450 Wh are signed")
    [value] = proof["items"]
    assert value["text"] == record
    assert b64decode(value["received"]) == record.encode()


@pytest.mark.integration
async def test_judged_in_the_database_as_in_memory(
    program: ChargingProgram, station_id: str
) -> None:
    key = {"public_key": METER.key_in("xy/hex")}
    program.api.post(f"/stations/{station_id}/meter-keys", json=key).raise_for_status()
    begin, end = METER.record(reading("B", "0.1")), METER.record(reading("E", "7.55"))
    async with connected(program, station_id) as station:
        transaction_id = await station.start(meter=100)
        values = [signed(begin, "Transaction.Begin")]
        await station.call(
            "MeterValues", connectorId=1, transactionId=transaction_id, meterValue=values
        )
        data = [signed(end, "Transaction.End")]
        stop = {"meterStop": 7550, "timestamp": DAWN.isoformat(), "transactionData": data}
        for _ in range(2):
            await station.call("StopTransaction", transactionId=transaction_id, **stop)
    [session] = program.get("/sessions", station_id=station_id)["items"]
    assert (session["signed_verdict"], session["signed_reason"]) == (
        "verified",
        "7450 Wh are signed",
    )
    assert len(program.get(f"/sessions/{session['id']}/signed-values")["items"]) == 2


def upper_case(record: str) -> str:
    """The same signature in other hex digits."""
    payload, bar, signature = record.rpartition("|")
    return payload + bar + signature.upper()


@pytest.mark.integration
@pytest.mark.parametrize("in_other_words", [str, upper_case])
async def test_what_was_signed_for_one_session_proves_no_other(
    program: ChargingProgram, station_id: str, in_other_words: Callable[[str], str]
) -> None:
    key = {"public_key": METER.key_in("pem")}
    program.api.post(f"/stations/{station_id}/meter-keys", json=key).raise_for_status()
    told = METER.record(reading("B", "0.1"), reading("E", "7.55"))
    async with connected(program, station_id) as station:
        for minute, record in ((0, told), (30, in_other_words(told))):
            at = f"2026-03-01T06:{minute:02}:00Z"
            transaction_id = await station.start(meter=100, at=at)
            data = [signed(record, "Transaction.End")]
            stop = {"meterStop": 7550, "timestamp": at, "transactionData": data}
            await station.call("StopTransaction", transactionId=transaction_id, **stop)
    latest, first = program.get("/sessions", station_id=station_id)["items"]
    assert (first["signed_verdict"], latest["signed_verdict"]) == ("verified", "inconsistent")
    reason = f"a value was told in transaction {first['transaction_id']} already"
    assert latest["signed_reason"] == reason
    proofs = [
        program.get(f"/sessions/{session['id']}/signed-values")["verdict"]
        for session in (first, latest)
    ]
    assert proofs == ["verified", "inconsistent"]
