"""What simulated stations say of how they are set, held to the official schemas."""

import json
from typing import Any

from simulator.ocpp16.station import Station
from simulator.ocpp201.station import Station as Station201
from tests.charging.official import OCPP_1_6, OCPP_2_0_1
from tests.simulator.central_system import CentralSystem, running


async def asked(
    central: CentralSystem, station: Station | Station201, action: str, **request: Any
) -> Any:
    """Its answer, as the schemas have it."""
    assert central.socket
    heard = len(central.payloads("answer"))
    await central.socket.send(json.dumps([2, f"q{heard}", action, request]))
    while len(central.payloads("answer")) == heard:
        await station.line.call("Heartbeat", {})
    answer = central.payloads("answer")[-1]
    is_new = isinstance(station, Station201)
    (OCPP_2_0_1 if is_new else OCPP_1_6).check(f"{action}Response", answer)
    return answer


async def test_a_station_of_1_6_tells_and_changes_its_keys() -> None:
    central = CentralSystem()
    async with running(central) as url, Station(url, "S1", "key") as station:
        everything = await asked(central, station, "GetConfiguration")
        found = {one["key"]: one for one in everything["configurationKey"]}
        assert len(found) >= 30
        assert found["NumberOfConnectors"] == {
            "key": "NumberOfConnectors",
            "readonly": True,
            "value": "1",
        }
        for key, value, status in (
            ("meterValueSampleInterval", "60", "Accepted"),
            ("MeterValueSampleInterval", "often", "Rejected"),
            ("NumberOfConnectors", "2", "Rejected"),
            ("Nonsense", "1", "NotSupported"),
        ):
            changed = await asked(central, station, "ChangeConfiguration", key=key, value=value)
            assert changed["status"] == status
        some = await asked(
            central, station, "GetConfiguration", key=["METERVALUESAMPLEINTERVAL", "Nonsense"]
        )
        assert [one["value"] for one in some["configurationKey"]] == ["60"]
        assert some["unknownKey"] == ["Nonsense"]


async def test_a_station_of_2_0_1_reports_its_inventory_in_parts() -> None:
    central = CentralSystem()
    async with running(central) as url, Station201(url, "S1", "key") as station:
        request = {"requestId": 7, "reportBase": "FullInventory"}
        assert (await asked(central, station, "GetBaseReport", **request))["status"] == "Accepted"
        while not (parts := central.payloads("NotifyReport")) or parts[-1]["tbc"]:
            await station.line.call("Heartbeat", {})
        for part in parts:
            OCPP_2_0_1.check("NotifyReportRequest", part)
        assert [part["seqNo"] for part in parts] == list(range(len(parts)))
        assert {part["requestId"] for part in parts} == {7}
        told = [one for part in parts for one in part["reportData"]]
        places = {json.dumps([one["component"], one["variable"]]) for one in told}
        assert len(places) == len(told) >= 30
        summary = request | {"reportBase": "SummaryInventory"}
        assert (await asked(central, station, "GetBaseReport", **summary))["status"] == (
            "NotSupported"
        )


async def test_a_station_of_2_0_1_tells_and_sets_its_variables() -> None:
    central = CentralSystem()

    def variable(component: str, name: str, **more: object) -> dict[str, object]:
        return {"component": {"name": component}, "variable": {"name": name}, **more}

    async with running(central) as url, Station201(url, "S1", "key") as station:
        wanted = [
            variable("sampleddatactrlr", "TxUpdatedInterval", attributeValue="60"),
            variable("SecurityCtrlr", "SecurityProfile", attributeValue="3"),
            variable("SecurityCtrlr", "Nonsense", attributeValue="3"),
            variable("Nonsense", "Nonsense", attributeValue="3"),
        ]
        changed = await asked(central, station, "SetVariables", setVariableData=wanted)
        assert [one["attributeStatus"] for one in changed["setVariableResult"]] == [
            "Accepted",
            "Rejected",
            "UnknownVariable",
            "UnknownComponent",
        ]
        names = [
            variable("SampledDataCtrlr", "TxUpdatedInterval"),
            variable("SampledDataCtrlr", "TxUpdatedInterval", attributeType="Target"),
        ]
        told = await asked(central, station, "GetVariables", getVariableData=names)
        assert [one.get("attributeValue") for one in told["getVariableResult"]] == ["60", None]
