"""The simulated station against a central system that answers as badly as it is told to."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from simulator.charge import Charge
from simulator.connection import CallError
from simulator.ocpp16.station import Station
from simulator.ocpp201.display import Display
from simulator.ocpp201.station import Station as Station201
from tests.charging.official import OCPP_1_6, OCPP_2_0_1, OfficialSchemas
from tests.simulator.central_system import CentralSystem, running

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
CHARGE = Charge(
    connector=1,
    token="04A2B3C4",
    started_at=START,
    ended_at=START + timedelta(minutes=50),
    energy_wh=7_001,
)


async def test_a_charge_sends_every_message_and_its_energy_to_the_watt_hour() -> None:
    central = CentralSystem()
    async with running(central) as url, Station(url, "S1", "key") as station:
        await station.charge(CHARGE)
        await station.charge(CHARGE)
    assert [s["meterStart"] for s in central.payloads("StartTransaction")] == [0, 7_001]
    assert [s["meterStop"] for s in central.payloads("StopTransaction")] == [7_001, 14_002]
    first = central.payloads("MeterValues")[:3]
    registers = [m["meterValue"][0]["sampledValue"][0]["value"] for m in first]
    assert registers == ["2100", "4200", "6300"]


@pytest.mark.parametrize(
    ("kind", "official"), [(Station, OCPP_1_6), (Station201, OCPP_2_0_1)], ids=["1.6", "2.0.1"]
)
async def test_every_message_is_as_the_official_schemas_have_it(
    kind: type[Station | Station201], official: OfficialSchemas
) -> None:
    central = CentralSystem()
    async with running(central) as url, kind(url, "S1", "key") as station:
        await station.charge(CHARGE)
    for action, payload in central.calls:
        official.check(action if official is OCPP_1_6 else f"{action}Request", payload)
    assert len(central.calls) >= 8


async def test_a_2_0_1_transaction_counts_its_events_and_names_the_request_that_began_it() -> None:
    central = CentralSystem()
    async with running(central) as url, Station201(url, "S1", "key") as station:
        station.plug_in(CHARGE)
        token = {"idToken": "FROMAPP", "type": "Central"}
        start = {"remoteStartId": 4711, "evseId": 1, "idToken": token}
        assert central.socket
        await central.socket.send(json.dumps([2, "a", "RequestStartTransaction", start]))
        while not central.payloads("answer"):
            await station.line.call("Heartbeat", {})
        await station.remotely_stopped(1)
    events = central.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == list(range(5))
    assert events[0]["transactionInfo"]["remoteStartId"] == 4711
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1


async def test_a_cost_that_is_told_by_itself_is_shown() -> None:
    central = CentralSystem()
    async with running(central) as url, Station201(url, "S1", "key") as station:
        assert central.socket
        cost = {"totalCost": 12.98, "transactionId": "t-1"}
        await central.socket.send(json.dumps([2, "a", "CostUpdated", cost]))
        while not central.payloads("answer"):
            await station.line.call("Heartbeat", {})
        assert station.display.costs == {"t-1": Decimal("12.98")}
    assert central.payloads("answer") == [{}]


def test_a_display_shows_what_was_told_last() -> None:
    display = Display()
    price = {"format": "UTF8", "content": "0.59 EUR/kWh"}
    display.show({"idTokenInfo": {"status": "Accepted", "personalMessage": price}})
    display.show({"idTokenInfo": {"status": "Accepted"}}, "t-1")
    display.show({"totalCost": 0.59}, "t-1")
    assert (display.price, display.costs) == ("0.59 EUR/kWh", {"t-1": Decimal("0.59")})
    later = price | {"content": "0.69 EUR/kWh"}
    display.show({"totalCost": 1.18, "updatedPersonalMessage": later}, "t-1")
    assert (display.price, display.costs) == ("0.69 EUR/kWh", {"t-1": Decimal("1.18")})


@pytest.mark.parametrize("fault", ["cut", "InternalError"])
@pytest.mark.parametrize("action", ["StartTransaction", "MeterValues", "StopTransaction"])
async def test_what_was_not_answered_goes_out_again(action: str, fault: str) -> None:
    central = CentralSystem(**{action: [fault]})
    async with running(central) as url, Station(url, "S1", "key") as station:
        assert await station.charge(CHARGE) == 7
    calls = central.payloads(action)
    assert calls[0] == calls[1]
    assert central.connections == (2 if fault == "cut" else 1)


async def test_a_refused_message_is_not_tried_for_ever() -> None:
    central = CentralSystem(StartTransaction=["PropertyConstraintViolation"])
    async with running(central) as url, Station(url, "S1", "key") as station:
        with pytest.raises(CallError, match="PropertyConstraintViolation"):
            await station.charge(CHARGE)


async def test_a_remote_start_charges_what_is_plugged_in_with_the_token_it_brings() -> None:
    central = CentralSystem()
    async with running(central) as url, Station(url, "S1", "key") as station:
        station.plug_in(CHARGE)
        assert central.socket
        start = {"connectorId": 1, "idTag": "FROMAPP"}
        for message_id in ("a", "b"):
            await central.socket.send(json.dumps([2, message_id, "RemoteStartTransaction", start]))
        while len(central.payloads("answer")) < 2:
            await station.line.call("Heartbeat", {})
        assert await station.remotely_started(1) == 7
        await station.remotely_stopped(1)
    assert [a["status"] for a in central.payloads("answer")] == ["Accepted", "Rejected"]
    assert central.payloads("StartTransaction")[0]["idTag"] == "FROMAPP"
