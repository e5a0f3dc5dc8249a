"""A service's stack comes, changes and goes alone; a common one changes under those that run."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo import billing as billing_side
from demo import charging as charging_side
from demo import solar_power, telemetry
from demo.environment import wait_until_served
from demo.rest import RestApi
from demo.scenario import FleetContract, PlannedCharge, PlannedStation, Scenario
from simulator.charge import Charge
from tests.end_to_end.changed_properties import with_changed_properties
from tests.end_to_end.conftest import SERVICES, Stacks
from tests.end_to_end.whole_fleet import with_tag

pytestmark = pytest.mark.end_to_end

START = datetime(2026, 9, 9, 6, tzinfo=UTC)
STATION = "DE-FCH-APART"
DEVICE = "e2e-apart"


@pytest.fixture
def scenario() -> Scenario:
    charge = Charge(
        connector=1,
        token="APART1",
        started_at=START,
        ended_at=START + timedelta(hours=3),
        energy_wh=12_345,
    )
    contract = FleetContract(
        contract_id="apart",
        customer="Apart",
        tokens=("APART1",),
        months=(START.date().replace(day=1),),
    )
    return Scenario(
        zone=ZoneInfo("Europe/Berlin"),
        stations=[PlannedStation(STATION, "apart", [PlannedCharge(charge=charge)])],
        contracts=[contract],
    )


async def _without(
    stacks: Stacks, service: str, meanwhile: Callable[[], Awaitable[object]]
) -> None:
    """Destroy a service alone, do something, deploy it alone; the others never change."""
    before = stacks.standing()
    stacks.destroy(service)
    name = f"playground-{service}"
    assert stacks.standing() == {one: status for one, status in before.items() if one != name}
    await meanwhile()
    stacks.deploy(service)
    assert stacks.standing() == {**before, name: "CREATE_COMPLETE"}


async def test_what_is_charged_without_billing_is_billed_when_it_is_back(
    stacks: Stacks, charging: RestApi, billing: RestApi, scenario: Scenario
) -> None:
    await billing_side.put_contracts(billing, scenario)
    keys = await charging_side.register(charging, scenario)
    front_door = stacks.playground.machine.front_door

    async def charge() -> None:
        await charging_side.play(charging, front_door, scenario, keys, lambda _: None)

    await _without(stacks, "billing", charge)
    await wait_until_served(billing, "/contracts")
    ledger = await billing_side.wait_for_records(billing, scenario)
    assert (ledger.records, ledger.energy_wh) == (1, 12_345)


async def test_sessions_outlive_the_stack_of_charging(
    stacks: Stacks, charging: RestApi, billing: RestApi
) -> None:
    before = await charging.get("/sessions", station_id=STATION)
    assert len(before["items"]) == 1
    await _without(stacks, "charging", lambda: billing.get("/contracts"))
    await wait_until_served(charging, "/stations")
    assert await charging.get("/sessions", station_id=STATION) == before


async def test_what_devices_reported_outlives_the_stack_of_telemetry(
    stacks: Stacks, charging: RestApi
) -> None:
    deployment, front_door = stacks.playground.deployment, stacks.playground.machine.front_door
    secret = deployment.client("secretsmanager").get_secret_value(
        SecretId=deployment.output("telemetry", "WebhookSecretArn")
    )["SecretString"]
    readings = solar_power.last_day(datetime.now(UTC))[-10:]

    async def report() -> None:
        url = deployment.output("telemetry", "WebhookUrl")
        await telemetry.post(front_door, url, secret, DEVICE, readings, lambda _: None)

    await report()
    await _without(stacks, "telemetry", lambda: charging.get("/stations", limit=1))
    await report()  # the same again: the webhook is served, and nothing is kept twice
    graphql = deployment.output("telemetry", "GraphQlUrl")
    token = stacks.playground.access_token
    history = await telemetry.history(front_door, graphql, token, DEVICE)
    assert history["sampleCount"] == 10


async def test_each_common_stack_changes_alone_then_each_service_while_programs_answer(
    stacks: Stacks, charging: RestApi, billing: RestApi
) -> None:
    running = stacks.tasks()
    stacks.assembly.change(with_changed_properties)
    for service in SERVICES:
        stacks.deploy(service)
    for common in stacks.common:
        before = stacks.standing()
        await _answering(charging, billing, partial(stacks.update, common))
        assert stacks.standing() == {**before, f"playground-{common}": "UPDATE_COMPLETE"}
    assert stacks.tasks() == running, "a common stack's change touches no program"
    stacks.assembly.change(with_tag("release", "2"))
    for service in SERVICES:
        before = stacks.standing()
        await _answering(charging, billing, partial(stacks.deploy, service))
        assert stacks.standing() == {**before, f"playground-{service}": "UPDATE_COMPLETE"}


async def test_an_output_is_replaced_while_its_readers_stand_and_keep_what_they_read(
    stacks: Stacks, charging: RestApi, billing: RestApi
) -> None:
    deployment, running = stacks.playground.deployment, stacks.tasks()

    def told() -> set[str]:
        alarms = deployment.client("cloudwatch").describe_alarms(
            AlarmNamePrefix="playground-charging"
        )
        return {topic for alarm in alarms["MetricAlarms"] for topic in alarm["AlarmActions"]}

    [old] = told()
    stacks.assembly.change(_with_another_topic)
    await _answering(charging, billing, partial(stacks.update, "observability"))
    there = [one["TopicArn"] for one in deployment.client("sns").list_topics()["Topics"]]
    assert old not in there, "nothing holds on to what others read"
    assert [arn for arn in there if arn.endswith(":alarms-replaced")]
    assert told() == {old}
    assert stacks.tasks() == running


def _with_another_topic(template: Any) -> Any:
    """A name of its own replaces the topic of alarms, which every stack with an alarm reads."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::SNS::Topic" and logical_id.startswith("Alarms"):
            resource["Properties"]["TopicName"] = "alarms-replaced"
    return template


async def _answering(charging: RestApi, billing: RestApi, change: Callable[[], None]) -> None:
    """Both programs are asked all the time, and once after; a request refused fails the test."""
    changing = asyncio.create_task(asyncio.to_thread(change))
    done = False
    while not done:
        done = changing.done()
        await charging.get("/sessions", station_id=STATION)
        await billing.get("/contracts")
    await changing
