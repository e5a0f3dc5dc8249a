"""What ``make demo`` plays, twice: the second run adds nothing."""

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from contracts.routes import CHARGING_API, ORIGIN_KEY
from demo import billing as billing_side
from demo import charging as charging_side
from demo import solar_power, surplus, telemetry
from demo.rest import Refused, RestApi, through
from demo.scenario import small_fleet
from demo.summary import Outcome
from tests.end_to_end.conftest import Playground

pytestmark = pytest.mark.end_to_end


async def test_a_month_of_a_small_fleet_adds_up_and_a_second_run_changes_nothing(
    playground: Playground, charging: RestApi, billing: RestApi
) -> None:
    scenario = small_fleet(datetime.now(UTC), ZoneInfo("Europe/Berlin"))
    front_door = playground.machine.front_door
    invoices = []
    for run in range(2):
        await billing_side.put_contracts(billing, scenario)
        keys = await charging_side.register(charging, scenario)
        kept = await charging_side.play(charging, front_door, scenario, keys, lambda _: None)
        assert kept == (0, len(scenario.charges))[run]
        ledger = await billing_side.wait_for_records(billing, scenario)
        invoices.append(await billing_side.close_months(billing, scenario))
        Outcome(scenario, ledger, invoices[run], {}).check()
    assert invoices[0] == invoices[1]
    [invoice] = invoices[0]["nordwind"]
    pdf = await billing.download(f"/invoices/{invoice['number']}/pdf")
    assert pdf.startswith(b"%PDF-")


async def test_a_device_reports_and_the_query_returns_its_last_day(
    playground: Playground, charging: RestApi
) -> None:
    deployment, front_door = playground.deployment, playground.machine.front_door
    secret = deployment.client("secretsmanager").get_secret_value(
        SecretId=deployment.output("telemetry", "WebhookSecretArn")
    )["SecretString"]
    url = deployment.output("telemetry", "WebhookUrl")
    readings = solar_power.last_day(datetime.now(UTC))[-60:]
    for _ in range(2):
        await telemetry.post(front_door, url, secret, "e2e-0001", readings, lambda _: None)
    history = await telemetry.history(
        front_door,
        deployment.output("telemetry", "GraphQlUrl"),
        playground.access_token,
        "e2e-0001",
    )
    assert history["sampleCount"] == 60
    events = deployment.client("logs").get_log_events(
        logGroupName=deployment.output("telemetry", "DeviceLogGroupName"),
        logStreamName="e2e-0001",
        startFromHead=True,
    )["events"]
    assert len(events) == 60
    site = {"name": "Depot", "kind": "workplace", "time_zone": "Europe/Berlin"}
    await charging.put("/sites/sunny", site)
    at = readings[-1].at + solar_power.MINUTE
    watts = await surplus.reaches_charging(
        deployment,
        front_door,
        playground.access_token,
        charging,
        device="e2e-0001",
        site="sunny",
        at=at,
    )
    last = [reading.power_w for reading in readings[-5:]]
    assert watts == math.floor(sum(last) / len(last))


async def test_past_the_distribution_nobody_gets_to_a_program(
    playground: Playground, charging: RestApi
) -> None:
    machine = playground.machine
    assert await charging.get("/stations")
    elb = playground.deployment.client("elbv2")
    (public,) = (
        one["DNSName"]
        for one in elb.describe_load_balancers()["LoadBalancers"]
        if one["Scheme"] == "internet-facing"
    )
    url, headers = through(machine.front_door, f"http://{public}{CHARGING_API}/stations")
    headers["Authorization"] = f"Bearer {playground.access_token}"
    async with aiohttp.ClientSession() as session:
        for shown in ({}, {ORIGIN_KEY: "guessed"}):
            async with session.get(url, headers=headers | shown) as answer:
                assert answer.status == 404


async def test_a_partner_s_machine_gets_a_token_and_sees_its_company_alone(
    playground: Playground, charging: RestApi
) -> None:
    deployment, machine = playground.deployment, playground.machine
    cognito, pool = deployment.client("cognito-idp"), deployment.output("auth", "UserPoolId")
    clients = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    (client_id,) = (one["ClientId"] for one in clients if one["ClientName"] == "partner-sandbox")
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    secret = client["UserPoolClient"]["ClientSecret"]
    asked = {"grant_type": "client_credentials", "scope": "partners/stations.read"}
    shown = {"Authorization": aiohttp.encode_basic_auth(client_id, secret)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{machine.endpoint}/oauth2/token", data=asked, headers=shown) as answer,
    ):
        assert answer.status == 200, await answer.text()
        token = (await answer.json())["access_token"]
    assert (await charging.get("/sites"))["items"]
    async with RestApi(machine.front_door, CHARGING_API, token) as partner:
        assert (await partner.get("/sites"))["items"] == []
        with pytest.raises(Refused) as refused:
            await partner.get("/sessions")
    assert refused.value.status == 403
    assert "partners/sessions.read" in str(refused.value)
