"""A task of charging has the time to send its stations on, and sees that it is to."""

import pytest

from services.charging.entrypoints.departure import ASKED_EVERY
from services.charging.entrypoints.gateway import ANSWERED_WITHIN
from stacks.common.network import GATEWAY_PORT
from tests.stacks.assembly import Assembly

DELAY = "deregistration_delay.timeout_seconds"
LEAVES_WITHIN = 20
"""Seconds after the last socket (`services.charging.entrypoints.program`)."""


@pytest.fixture
def drain(assembly: Assembly) -> int:
    (container,) = assembly["charging"].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    told = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    drain = int(told["DRAIN_SECONDS"])
    assert container["StopTimeout"] > drain + LEAVES_WITHIN
    return drain


def test_load_balancers_hang_up_after_the_last_station_was_sent_on(
    assembly: Assembly, drain: int
) -> None:
    groups = assembly["charging"].of_type("AWS::ElasticLoadBalancingV2::TargetGroup").values()
    delays = [
        int(attribute["Value"])
        for group in groups
        if group["Properties"]["Port"] == GATEWAY_PORT
        for attribute in group["Properties"]["TargetGroupAttributes"]
        if attribute["Key"] == DELAY
    ]
    assert len(delays) >= 2
    # It may just have asked; the next question may fail, and what it hears may be a moment old.
    assert min(delays) >= 2 * ASKED_EVERY + drain + ANSWERED_WITHIN + 5


def test_a_task_may_ask_of_its_own_cluster_s_tasks_and_nothing_else(assembly: Assembly) -> None:
    found = [
        statement
        for body in assembly["charging"].of_type("AWS::IAM::Policy").values()
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
        if "ecs:" in str(statement["Action"])
    ]
    (statement,) = found
    assert statement["Action"] == "ecs:DescribeTasks"
    assert "task/" in str(statement["Resource"])
    assert "*" not in str(statement["Resource"])
    assert "Cluster" in str(statement["Condition"]["ArnEquals"]["ecs:cluster"])
