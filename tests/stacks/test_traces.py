"""What is traced, and how much of it is told."""

import pytest

from stacks.environments import Environment, Fleet
from tests.stacks.assembly import Assembly


def test_queries_of_telemetry_are_traced_from_the_api_to_the_function(assembly: Assembly) -> None:
    stack = assembly["telemetry"]
    assert stack.only("AWS::AppSync::GraphQLApi")["XrayEnabled"] is True
    tracing = {
        body["Properties"]["Handler"]: body["Properties"].get("TracingConfig")
        for body in stack.of_type("AWS::Lambda::Function").values()
    }
    assert tracing["lambdas.telemetry.query.handler"] == {"Mode": "Active"}


@pytest.mark.parametrize("service", ["charging", "billing"])
def test_a_service_tells_its_traces_to_x_ray_itself_as_much_as_the_environment_wants(
    assembly: Assembly, environment: Environment, service: str
) -> None:
    (container,) = assembly[service].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    variables = {one["Name"]: one["Value"] for one in container["Environment"]}
    assert float(variables["TRACED_SHARE"]) == environment.traced_share
    granted = [
        statement["Resource"]
        for policy in assembly[service].of_type("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "xray:PutTraceSegments"
    ]
    assert granted == ["*"]


def test_live_tells_few_traces_and_where_people_try_things_all(fleet: Fleet) -> None:
    shares = {name: one.traced_share for name, one in fleet.named().items()}
    assert shares["live"] <= 0.05
    assert shares["dev"] == shares["playground"] == 1
