import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.metering import energy_register
from services.charging.domain.ocpp16.boot_notification import BootNotification
from services.charging.domain.ocpp16.get_configuration import GetConfigurationResponse, KeyValue
from services.charging.domain.ocpp16.meter_values import MeterValues
from services.charging.domain.ocpp16.start_transaction import StartTransaction
from services.charging.domain.ocpp16.status_notification import StatusNotification
from services.charging.domain.ocpp16.stop_transaction import StopTransaction
from services.charging.domain.ocpp16.types import Message
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201 import metering
from services.charging.domain.ocpp201.energy_register import energy_registers
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.faults import UnreadableError
from services.charging.domain.quarantine import Rule
from services.charging.domain.signed_metering.extraction import signed_in_16

read = OCPP_1_6.reader.read
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
UNSET = datetime(1970, 1, 1, tzinfo=UTC)
START = {
    "connectorId": 1,
    "idTag": "CARD1",
    "meterStart": 0,
    "timestamp": "2026-03-01T10:00:00Z",
}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
STOP = {"transactionId": 1, "meterStop": 5, "timestamp": "2026-03-01T10:00:00Z"}

MISSPELT = (
    "2026-03-01T12:00:00+02",
    "2026-03-01T10:00Z",
    "20260301T100000Z",
    "2026-03-01T10:00:00 Z",
    "2026-03-01 12:00:00 +0200",
    " 2026-03-01T10:00:00Z\n",
    "2026-03-01T10:00:00,000Z",
)
"""Ten o'clock."""
NO_TIMES: tuple[object, ...] = (
    1772359200,
    "1772359200",
    "2026-03-01",
    "2026-03-01T10:00:00+01:00:30",
    {},
)


def meter_values(**sample: object) -> dict[str, object]:
    value = {"timestamp": "2026-03-01T10:00:00Z", "sampledValue": [{"value": "1", **sample}]}
    return {"connectorId": 1, "meterValue": [value]}


def test_a_right_message_has_no_findings() -> None:
    message, findings = read(StartTransaction, json.dumps(START).encode())
    assert message.id_tag == "CARD1"
    assert findings == []


@pytest.mark.parametrize(
    ("kind", "payload", "rule", "read_as"),
    [
        (StartTransaction, START | {"meterStart": "12"}, Rule.TEXT_FOR_NUMBER, {"meter_start": 12}),
        (
            StartTransaction,
            START | {"meterStart": 12.6},
            Rule.FRACTION_FOR_INTEGER,
            {"meter_start": 13},
        ),
        (StartTransaction, START | {"idTag": 4711}, Rule.NUMBER_FOR_TEXT, {"id_tag": "4711"}),
        (
            StartTransaction,
            START | {"idTag": "X" * 30},
            Rule.TEXT_TOO_LONG,
            {"id_tag": "X" * 11 + "…40037B0D"},
        ),
        (StartTransaction, START | {"idTag": "A\0B"}, Rule.NUL_CHARACTER, {"id_tag": "A\ufffdB"}),
        (
            StartTransaction,
            START | {"timestamp": "2026-03-01T10:00:00"},
            Rule.ZONE_MISSING,
            {"timestamp": datetime(2026, 3, 1, 10, tzinfo=UTC)},
        ),
        (
            StartTransaction,
            START | {"timestamp": "yesterday"},
            Rule.TIME_UNREADABLE,
            {"timestamp": UNSET},
        ),
        *(
            (
                StartTransaction,
                START | {"timestamp": time},
                Rule.TIME_MISSPELT,
                {"timestamp": datetime(2026, 3, 1, 10, tzinfo=UTC)},
            )
            for time in MISSPELT
        ),
        *(
            (
                StartTransaction,
                START | {"timestamp": time},
                Rule.TIME_UNREADABLE,
                {"timestamp": UNSET},
            )
            for time in NO_TIMES
        ),
        (
            StartTransaction,
            START | {"timestamp": None},
            Rule.FIELD_MISSING,
            {"timestamp": UNSET},
        ),
        (
            StopTransaction,
            STOP | {"transactionId": None},
            Rule.FIELD_MISSING,
            {"transaction_id": -1},
        ),
        (
            StartTransaction,
            START | {"meterStart": "1e3"},
            Rule.TEXT_FOR_NUMBER,
            {"meter_start": 1000},
        ),
        (
            StopTransaction,
            {"transactionId": 1, "meterStop": 5},
            Rule.FIELD_MISSING,
            {"timestamp": UNSET},
        ),
        (StopTransaction, STOP | {"reason": "Tired"}, Rule.VALUE_UNKNOWN, {"reason": "Other"}),
        (
            StatusNotification,
            {"connectorId": 1, "status": "Available"},
            Rule.FIELD_MISSING,
            {"error_code": "NoError"},
        ),
        (
            StatusNotification,
            STATUS | {"errorCode": "E17"},
            Rule.VALUE_UNKNOWN,
            {"error_code": "OtherError"},
        ),
        (
            StatusNotification,
            STATUS | {"status": "Occupied"},
            Rule.VALUE_UNKNOWN,
            {"status": "Preparing"},
        ),
        (
            BootNotification,
            {"chargePointVendor": "V"},
            Rule.FIELD_MISSING,
            {"charge_point_model": ""},
        ),
    ],
)
def test_each_rule_of_lenience(
    kind: type[Message], payload: dict[str, object], rule: Rule, read_as: dict[str, object]
) -> None:
    message, [finding] = read(kind, json.dumps(payload).encode())
    assert finding.rule is rule
    assert {name: getattr(message, name) for name in read_as} == read_as


@pytest.mark.parametrize(
    ("odd", "rule", "value", "readonly"),
    [
        ({"readonly": 0}, Rule.OTHER_FOR_BOOLEAN, "1", False),
        ({"readonly": 1}, Rule.OTHER_FOR_BOOLEAN, "1", True),
        ({"readonly": "True"}, Rule.OTHER_FOR_BOOLEAN, "1", True),
        ({"readonly": None}, Rule.FIELD_MISSING, "1", False),
        ({"readonly": True, "value": 60}, Rule.NUMBER_FOR_TEXT, "60", True),
        ({"readonly": True, "value": False}, Rule.NUMBER_FOR_TEXT, "false", True),
    ],
)
def test_a_key_is_known_however_its_station_says_it(
    odd: dict[str, object], rule: Rule, value: str, readonly: bool
) -> None:
    told = {"configurationKey": [{"key": "K", "value": "1", **odd}]}
    answer, [finding] = read(GetConfigurationResponse, json.dumps(told).encode())
    assert answer.configuration_key == [KeyValue(key="K", value=value, readonly=readonly)]
    assert finding.rule is rule


@pytest.mark.parametrize(
    "fault", [{"reason": []}, {"transactionData": [{"sampledValue": 7}]}, {"idTag": {"id": 1}}]
)
def test_a_stop_counts_without_its_optional_fields(fault: dict[str, object]) -> None:
    message, findings = read(StopTransaction, json.dumps(STOP | fault).encode())
    assert message.meter_stop == 5
    assert findings[-1].rule is Rule.FIELD_LEFT_OUT


def test_what_cannot_be_read_is_left_out_and_what_is_around_it_stays() -> None:
    good = {"timestamp": "2026-03-01T10:00:00Z", "sampledValue": [{"value": "7"}]}
    data = [good, {"sampledValue": 7}, good | {"sampledValue": [3, {"value": "8", "location": []}]}]
    message, findings = read(StopTransaction, json.dumps(STOP | {"transactionData": data}).encode())
    assert message.transaction_data is not None
    taken = [[one.value for one in value.sampled_value] for value in message.transaction_data]
    assert taken == [["7"], ["8"]]
    assert {finding.rule for finding in findings} == {Rule.FIELD_LEFT_OUT}
    assert {finding.where.partition(" - at ")[2] or finding.where for finding in findings} == {
        "$.transactionData[1]",
        "$.transactionData[2].sampledValue[0]",
        "`$.transactionData[2].sampledValue[1].location`",
    }


def test_several_faults_at_once() -> None:
    payload = START | {"idTag": 1, "meterStart": "2", "connectorId": 1.0, "timestamp": ""}
    message, findings = read(StartTransaction, json.dumps(payload).encode())
    assert (message.id_tag, message.meter_start, message.connector_id) == ("1", 2, 1)
    assert len(findings) == 4


def test_values_of_an_unknown_measurand_are_never_taken_for_energy() -> None:
    payload = json.dumps(meter_values(measurand="Power.Imaginary", unit="Wh")).encode()
    message, [finding] = read(MeterValues, payload)
    assert finding.rule is Rule.VALUE_UNKNOWN
    [sample] = message.meter_value[0].sampled_value
    assert sample.measurand == "RPM"


@pytest.mark.parametrize(
    ("odd", "register"),
    [
        ({"measurand": "SoC", "unit": "%"}, None),
        ({"unit": ""}, None),
        ({"unit": "pints"}, None),
        ({"phase": "L4"}, None),
        ({"phase": []}, None),
        ({"phase": "l1"}, None),
        ({"value": None}, None),
        ({"value": {}}, None),
        ({"unit": "kwh"}, 1000),
        ({"unit": "WH", "measurand": "energy.active.import.register"}, 1),
    ],
)
def test_a_strange_sample_costs_no_other(odd: dict[str, object], register: int | None) -> None:
    payload: Any = meter_values(**odd)
    payload["meterValue"][0]["sampledValue"].insert(0, {"value": "5"})
    message, findings = read(MeterValues, json.dumps(payload).encode())
    assert len(findings) >= 1
    _, told, _ = energy_register(message.meter_value, NOW)
    assert told == (5 if register is None else register)


def test_signed_data_counts_whatever_unit_stands_beside_it() -> None:
    payload = meter_values(value="OCMF|{}|{}", format="SignedData", unit="ocmf")
    message, _ = read(MeterValues, json.dumps(payload).encode())
    assert signed_in_16(message.meter_value) == [b"OCMF|{}|{}"]


@pytest.mark.parametrize("samples", [70, 7000])
def test_the_same_fault_again_and_again_is_one_finding(samples: int) -> None:
    value = {"timestamp": "2026-03-01T10:00:00Z", "sampledValue": [{"value": 1.5}] * samples}
    stop = STOP | {"transactionData": [copy.deepcopy(value), copy.deepcopy(value)]}
    message, findings = read(StopTransaction, json.dumps(stop).encode())
    assert message.transaction_data is not None
    assert {one.value for each in message.transaction_data for one in each.sampled_value} == {"1.5"}
    [finding] = findings[:1]
    assert finding.rule is Rule.NUMBER_FOR_TEXT
    assert len(findings) <= 3


def test_a_stop_counts_whatever_is_wrong_with_its_data() -> None:
    lost: list[list[Any]] = [[7] * 20_000, [{"sampledValue": [{}] * 20_000}], [[[]]] * 100]
    for data in lost:
        stop = STOP | {"transactionData": data}
        message, findings = read(StopTransaction, json.dumps(stop).encode())
        assert message.meter_stop == 5
        assert len(findings) < 10


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "ProtocolError"),
        (START | {"idTag": None}, "TypeConstraintViolation"),
        (START | {"meterStart": "many"}, "TypeConstraintViolation"),
        (START | {"meterStart": {}}, "TypeConstraintViolation"),
        (START | {"meterStart": -(2**63)}, "TypeConstraintViolation"),
        (START | {"meterStart": "9e18"}, "TypeConstraintViolation"),
    ],
)
def test_what_no_rule_mends_is_refused(payload: dict[str, object], code: str) -> None:
    with pytest.raises(UnreadableError) as unreadable:
        read(StartTransaction, json.dumps(payload).encode())
    assert unreadable.value.code == code


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


@given(
    st.dictionaries(
        st.sampled_from([*START, *STOP, *STATUS, "meterValue", "transactionData"]), values
    ),
    st.sampled_from([StartTransaction, StopTransaction, StatusNotification, MeterValues]),
)
def test_anything_is_read_or_refused(payload: dict[str, Any], kind: type[Message]) -> None:
    try:
        message, _ = read(kind, json.dumps(payload).encode())
    except UnreadableError:
        return
    assert isinstance(message, kind)


def test_in_2_0_1_too_what_is_of_a_phase_that_nobody_knows_is_no_total() -> None:
    samples = [{"value": 5}, {"value": 1, "phase": "L4"}]
    values = {"timestamp": "2026-03-01T10:00:00Z", "sampledValue": samples}
    payload = json.dumps({"evseId": 1, "meterValue": [values]}).encode()
    message, [finding] = OCPP_2_0_1.reader.read(metering.MeterValues, payload)
    registers, _ = energy_registers(message.meter_value, NOW)
    assert (finding.rule, registers.last_wh) == (Rule.VALUE_UNKNOWN, 5)
