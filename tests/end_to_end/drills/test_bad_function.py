"""A new version of a function that fails is taken back, and its callers with it."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from demo import solar_power, telemetry
from embedded.cdk import CdkError
from tests.end_to_end.conftest import Stacks
from tests.end_to_end.drills.conftest import Figures

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

DEVICE = "drill-bad-function"
FUNCTION = "WebhookFunction"


def with_a_table_that_is_not_there(template: Any) -> Any:
    """A setting that is wrong, in a version of its own."""
    resources = template["Resources"]
    names = [name for name in resources if name.startswith(FUNCTION)]
    if not names:
        return template
    (function,) = (name for name in names if resources[name]["Type"] == "AWS::Lambda::Function")
    (version,) = (name for name in names if resources[name]["Type"] == "AWS::Lambda::Version")
    resources[function]["Properties"]["Environment"]["Variables"]["TABLE_NAME"] = "nowhere"
    return json.loads(json.dumps(template).replace(version, f"{version}Bad"))


@pytest.fixture
def spoilt(stacks: Stacks) -> Iterator[Stacks]:
    good: dict[str, Any] = {}

    def spoil(template: Any) -> Any:
        before = json.dumps(template)
        changed = with_a_table_that_is_not_there(template)
        good[json.dumps(changed)] = json.loads(before)
        return changed

    stacks.assembly.change(spoil)
    yield stacks
    stacks.assembly.change(lambda template: good[json.dumps(template)])


async def test_a_function_s_version_that_fails_is_taken_back_while_devices_report(
    spoilt: Stacks, figures: Figures
) -> None:
    playground = spoilt.playground
    deployment, front_door = playground.deployment, playground.machine.front_door
    url = deployment.output("telemetry", "WebhookUrl")
    secret = deployment.client("secretsmanager").get_secret_value(
        SecretId=deployment.output("telemetry", "WebhookSecretArn")
    )["SecretString"]
    standing = spoilt.standing()
    sent, turned_away = 0, 0

    async def report() -> None:
        """As a device's cloud does: what is not taken is sent again."""
        nonlocal sent, turned_away
        for reading in solar_power.last_day(datetime.now(UTC))[60:]:
            while True:
                try:
                    await telemetry.post(front_door, url, secret, DEVICE, [reading], lambda _: None)
                except* aiohttp.ClientResponseError:
                    turned_away += 1
                else:
                    sent += 1
                    break

    async with asyncio.TaskGroup() as devices:
        reporting = devices.create_task(report())
        with (
            figures.measure("bad function: CloudFormation took it back"),
            pytest.raises(CdkError, match="rings"),
        ):
            await asyncio.to_thread(spoilt.deploy, "telemetry")
        assert not reporting.done()
        reporting.cancel()
    assert spoilt.standing() == standing | {"playground-telemetry": "UPDATE_ROLLBACK_COMPLETE"}
    assert 0 < turned_away < sent
    history = await telemetry.history(
        front_door, deployment.output("telemetry", "GraphQlUrl"), playground.access_token, DEVICE
    )
    assert sent <= history["sampleCount"] <= sent + 1
