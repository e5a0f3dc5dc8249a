"""What signed values prove: OCMF of every form, and what is wrong with it."""

import html
import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.charging.domain.signed_metering.evidence import (
    Judgement,
    SignedValues,
    Verdict,
    judge,
)
from services.charging.domain.signed_metering.meter_key import MeterKey, UnusableKeyError
from services.charging.domain.signed_metering.ocmf import UnreadableRecordError, read_record
from tests.charging.signed_metering.meter import Meter, reading

REAL = Path(__file__).parents[4] / "shared" / "data" / "ocmf"
CURVES = {
    "secp192r1": ec.SECP192R1(),
    "secp256r1": ec.SECP256R1(),
    "secp256k1": ec.SECP256K1(),
    "secp384r1": ec.SECP384R1(),
    "brainpool256r1": ec.BrainpoolP256R1(),
    "brainpoolP384r1": ec.BrainpoolP384R1(),
}
FORMS = ("spki", "point", "compressed", "xy")
METER = Meter()
KEYS = [MeterKey.of(METER.key_in("pem"))]
WHOLE = METER.record(reading("B", "10.000"), reading("E", "17.450"))


def judged(*records: str, keys: list[MeterKey] | None = None, energy_wh: int = 7450) -> Judgement:
    signed = SignedValues([record.encode() for record in records], KEYS if keys is None else keys)
    judgement = judge(signed, energy_wh)
    assert judgement
    return judgement


def test_one_record_of_the_whole_session() -> None:
    assert judged(WHOLE) == Judgement(Verdict.VERIFIED, "7450 Wh are signed")


def test_begin_and_end_in_records_of_their_own() -> None:
    begin, end = METER.record(reading("B", "10")), METER.record(reading("L", "17.45"))
    between = METER.record(reading("C", "12"))
    assert judged(begin, between, end).verdict is Verdict.VERIFIED
    assert judged(end).verdict is Verdict.INCONSISTENT


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("form", ["der", "raw"])
def test_every_curve(curve: str, form: str) -> None:
    meter = Meter(CURVES[curve])
    record = meter.record(
        reading("B", "0"), reading("E", "7.45"), SA=f"ECDSA-{curve}-SHA256", SE="base64", form=form
    )
    for key in ("spki/hex", "xy/base64"):
        assert judged(record, keys=[MeterKey.of(meter.key_in(key))]).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    "form",
    ["pem", *(f"{kind}/{e}" for kind in FORMS for e in ("hex", "base64"))],
)
def test_every_form_of_a_key(form: str) -> None:
    keys = [MeterKey.of(Meter().key_in("pem")), MeterKey.of(METER.key_in(form))]
    assert judged(WHOLE, keys=keys).verdict is Verdict.VERIFIED


def test_a_key_as_stations_tell_theirs() -> None:
    """By the application note of the Open Charge Alliance; its example leaves the prefix out."""
    plain = METER.key_in("spki/hex")
    named = f"oca:base16:asn1:{plain}"
    for told in (named, *(b64encode(text.encode()).decode() for text in (named, plain))):
        assert MeterKey.of(told) == MeterKey.of(plain)


@pytest.mark.parametrize("key", ["", "xyz", "00" * 40, "30" + "00" * 90, "AAAA"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(UnusableKeyError):
        MeterKey.of(key)


@pytest.mark.parametrize(
    ("records", "verdict", "reason"),
    [
        ([WHOLE.replace("17.45", "17.46")], Verdict.WRONG_SIGNATURE, "value 1 of 1"),
        ([WHOLE, Meter().record(reading("C", "1"))], Verdict.WRONG_SIGNATURE, "value 2 of 2"),
        ([METER.record(reading("B", "10"), reading("E", "18"))], Verdict.INCONSISTENT, "8000 Wh"),
        (
            [METER.record(reading("B", "10"), reading("E", "17.45", EF="E"))],
            Verdict.INCONSISTENT,
            "error flags E",
        ),
        (
            [METER.record(reading("B", "10", ST="M"), reading("E", "17.45"))],
            Verdict.INCONSISTENT,
            "status M",
        ),
        (
            [METER.record(reading("B", "10"), reading("E", "17.45", RI="1-b:2.8.0"))],
            Verdict.INCONSISTENT,
            "no register",
        ),
        (["<xml/>"], Verdict.UNREADABLE, "OCMF"),
        (["OCMF|{}|{}"], Verdict.UNREADABLE, "RD"),
        ([WHOLE[:-3]], Verdict.UNREADABLE, ""),
        (
            [METER.record(reading("B", "1"), SA="ECDSA-secp192k1-SHA256")],
            Verdict.UNREADABLE,
            "secp192k1",
        ),
        ([METER.record(reading("B", "1"), SA="RSA-2048")], Verdict.UNREADABLE, "RSA-2048"),
    ],
)
def test_what_is_wrong_is_named(records: list[str], verdict: Verdict, reason: str) -> None:
    judgement = judged(*records)
    assert judgement.verdict is verdict
    assert reason in judgement.reason


def test_begin_and_end_are_of_one_meter() -> None:
    begin = METER.record(reading("B", "10"), serial="M1")
    ends = [METER.record(reading("E", "17.45"), serial=serial) for serial in ("M2", "M1")]
    assert judged(begin, ends[0]).verdict is Verdict.INCONSISTENT
    assert judged(begin, *ends).verdict is Verdict.VERIFIED


def test_what_was_told_of_an_earlier_transaction_proves_nothing() -> None:
    judgement = judge(SignedValues([WHOLE.encode()], KEYS, of_another="t-1"), 7450)
    assert judgement
    assert judgement.verdict is Verdict.INCONSISTENT
    assert "transaction t-1" in judgement.reason


def test_begin_and_end_are_in_the_order_of_the_meter() -> None:
    begin, end = reading("B", "10"), reading("E", "17.45")
    for page, verdict in (("T8", Verdict.VERIFIED), ("T6", Verdict.INCONSISTENT)):
        records = METER.record(begin, page="T7"), METER.record(end, page=page)
        assert judged(*records).verdict is verdict
    # A meter that repeats the begin beside the end, and one that does not number.
    whole = METER.record(reading("B", "10"), reading("E", "17.45"), page="T8")
    assert judged(METER.record(begin, page="T7"), whole).verdict is Verdict.VERIFIED
    assert judged(METER.record(begin, page="?"), METER.record(end)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(("event", "name"), [("B", "begin"), ("E", "end")])
def test_nobody_chooses_among_values(event: str, name: str) -> None:
    """A station that keeps an earlier begin back could have its energy paid twice."""
    judgement = judged(WHOLE, METER.record(reading(event, "12")))
    assert judgement == Judgement(Verdict.INCONSISTENT, f"more than one {name} is signed")


def test_an_error_while_charging_makes_the_energy_worthless() -> None:
    spoilt = METER.record(reading("B", "10"), reading("X", "12"), reading("E", "17.45"))
    assert judged(spoilt).verdict is Verdict.INCONSISTENT
    assert "(X)" in judged(spoilt).reason


def test_one_register_of_several_is_the_session_s() -> None:
    """What flowed back, and what came before and behind the cable's losses."""

    def both(register: str, end: str) -> list[dict[str, Any]]:
        return [reading("B", "0", RI=register), reading("E", end, RI=register)]

    back, mains, device = (
        both("1-0:2.8.0", "1"),
        both("01-00:B2.08.00*FF", "7.5"),
        both("01-00:B3.08.00*FF", "7.45"),
    )
    assert judged(METER.record(*back, *mains, *device)).verdict is Verdict.VERIFIED
    judgement = judged(METER.record(*back, *mains), energy_wh=1000)
    assert judgement == Judgement(Verdict.INCONSISTENT, "7500 Wh are signed, 1000 Wh were reported")


def test_without_a_key_nothing_is_said() -> None:
    assert judged(WHOLE, keys=[]).verdict is Verdict.NO_KEY
    assert judge(SignedValues([], KEYS), 5) is None


def test_a_coarse_register_is_taken_at_its_word() -> None:
    record = METER.record(reading("B", "10.0"), reading("E", "17.5"))
    assert judged(record, energy_wh=7450).verdict is Verdict.VERIFIED
    assert judged(record, energy_wh=7390).verdict is Verdict.INCONSISTENT


def test_a_line_says_only_what_is_new() -> None:
    short = {"TX": "E", "RV": 17.45}
    assert judged(METER.record(reading("B", "10"), short)).verdict is Verdict.VERIFIED


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_byte_is_never_verified(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    changed = WHOLE[:at] + data.draw(st.characters(codec="ascii")) + WHOLE[at + 1 :]
    verdict = judged(changed).verdict
    # White space around and the case of hex digits are not signed.
    same = read_or_none(changed) == read_or_none(WHOLE)
    assert (verdict is Verdict.VERIFIED) == same


def read_or_none(text: str) -> object:
    try:
        record = read_record(text.encode())
    except UnreadableRecordError:
        return None
    return record.payload, record.signature, record.algorithm


documents: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["RD", "TX", "RV", "RI", "RU", "ST", "EF", "SD", "SA", "SE"]), inner
        )
    ),
)
lines = st.fixed_dictionaries(
    {},
    optional={
        "TX": st.sampled_from(["B", "E", "C"]) | documents,
        "RV": st.decimals().map(str) | st.integers() | documents,
        "RI": st.sampled_from(["1-b:1.8.0"]) | documents,
        "RU": st.sampled_from(["kWh", "Wh"]) | documents,
        "ST": st.sampled_from(["G"]) | documents,
    },
)


@given(st.fixed_dictionaries({"RD": st.lists(lines, max_size=4)}) | documents, documents)
@settings(max_examples=100, deadline=None)
def test_anything_is_judged(payload: Any, signature: Any) -> None:
    text = json.dumps(payload)
    signed = {"SD": METER.sign(text.encode()).hex()}
    judged(f"OCMF|{text}|{json.dumps(signed)}")
    judged(f"OCMF|{text}|{json.dumps(signature)}")


@given(st.binary())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_judged(received: bytes) -> None:
    for record in (received, b"OCMF|" + received, b"OCMF|{" + received + b"|{}"):
        assert judge(SignedValues([record], KEYS), 0)
    signature = json.dumps({"SD": b64encode(received).decode(), "SE": "base64"}).encode()
    assert judge(SignedValues([b'OCMF|{"RD":[]}|' + signature], KEYS), 0)


@pytest.mark.skipif(not REAL.is_dir(), reason="the records of real meters are not here")
def test_records_of_real_wallboxes() -> None:
    seen = 0
    for file in sorted(REAL.glob("*.xml")):
        for value in re.findall(r"<value[ >].*?</value>", file.read_text(), re.DOTALL):
            record = html.unescape(_element(value, "signedData")).strip()
            key = MeterKey.of(_element(value, "publicKey"))
            verdict = judged(record, keys=[key], energy_wh=0).verdict
            assert (verdict is Verdict.WRONG_SIGNATURE) == file.stem.endswith("_fail"), file
            seen += 1
    assert seen > 100


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}[^>]*>(.*?)</{name}>", text, re.DOTALL)
    assert found
    return found[1]
