import dataclasses
import re

import pytest

import proofs.__main__ as command
from proofs import deployment_time as time
from proofs.assembly import Json, Stage
from proofs.deployment_time import Pace
from tests.proofs.stages import resource, stage

SLOW, TYPICAL = Pace.SLOW, Pace.TYPICAL
ROLE, FUNCTION, QUEUE = "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::SQS::Queue"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(seconds: int, *types: str, **having: str) -> Json:
        return {
            "types": types,
            "typical": seconds,
            "slow": 2 * seconds,
            "source": "a test",
        } | having

    durations = {
        "concurrency": 2,
        "limit": 1,
        "stack": {"typical": 1, "slow": 2},
        "duration": [
            entry(9, FUNCTION, **{"with": "VpcConfig"}),
            entry(4, FUNCTION, "AWS::ECS::*"),
            entry(3, ROLE),
            entry(2, QUEUE),
        ],
    }
    monkeypatch.setattr(time, "_read", lambda: durations)


def chain(**resources: Json) -> list[str]:
    (stack,) = stage(it=resources).stacks
    return [step.resource.logical_id for step in time.longest(stack, TYPICAL)]


@pytest.mark.parametrize(
    "waits",
    [
        {"Role": {"Fn::GetAtt": ["Role", "Arn"]}},
        {"Role": {"Ref": "Role"}},
        {"Role": {"Fn::Sub": "arn:${Role}"}},
        {"Role": {"Fn::Sub": ["${Role.Arn}/${x}", {"x": "y"}]}},
        {"Deep": [{"Fn::Join": ["", [{"Ref": "Role"}]]}]},
    ],
)
def test_a_resource_waits_for_what_it_refers_to(waits: Json) -> None:
    assert chain(Function=resource(FUNCTION, **waits), Role=resource(ROLE)) == ["Role", "Function"]


def test_a_resource_waits_for_what_it_depends_on() -> None:
    for named in ("Role", ["Role"]):
        function = resource(FUNCTION) | {"DependsOn": named}
        assert chain(Function=function, Role=resource(ROLE)) == ["Role", "Function"]


def test_a_stack_takes_as_long_as_its_longest_chain() -> None:
    (stack,) = stage(
        it={
            "Queue": resource(QUEUE),
            "Role": resource(ROLE),
            "Function": resource(FUNCTION, Role={"Ref": "Role"}),
        }
    ).stacks
    assert time.seconds(stack, TYPICAL) == 1 + 3 + 4
    assert time.seconds(stack, SLOW) == 2 * (1 + 3 + 4)


def test_a_function_in_a_network_takes_longer() -> None:
    (stack,) = stage(it={"Function": resource(FUNCTION, VpcConfig={"SubnetIds": []})}).stacks
    assert time.seconds(stack, TYPICAL) == 1 + 9


def of(planned: list[time.Deployed]) -> dict[str, tuple[int, int]]:
    return {one.stack: (one.start, one.end) for one in planned}


def queues(**after: tuple[str, ...]) -> Stage:
    """Stacks of 3 s each, and `long` of 5."""
    queue = {"Queue": resource(QUEUE)}
    built = stage(long={"It": resource(FUNCTION)}, one=queue, other=queue, last=queue)
    stacks = (dataclasses.replace(s, after=after.get(s.name, ())) for s in built.stacks)
    return dataclasses.replace(built, stacks=tuple(stacks))


def test_stacks_that_do_not_wait_are_deployed_at_the_same_time_as_places_allow() -> None:
    assert of(time.schedule(queues(), TYPICAL)) == {
        "one": (0, 3),
        "long": (0, 5),
        "other": (3, 6),
        "last": (5, 8),
    }
    assert time.whole_time(time.schedule(queues(), TYPICAL, at_once=1)) == 5 + 3 * 3
    assert time.whole_time(time.schedule(queues(), TYPICAL, at_once=9)) == 5


def test_a_stack_waits_for_those_before_it() -> None:
    planned = time.schedule(queues(other=("long",), last=("other", "one")), TYPICAL)
    assert [one.stack for one in time.critical(planned)] == ["long", "other", "last"]
    assert time.whole_time(planned) == 5 + 3 + 3


def test_stacks_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="one, other of live wait for each other"):
        time.schedule(queues(one=("other",), other=("one",)), TYPICAL)


def test_an_environment_that_takes_too_long_is_told_with_what_it_waits_for() -> None:
    roles = {f"R{n}": resource(ROLE, After={"Ref": f"R{n - 1}"}) for n in range(1, 30)}
    slow = stage("live", roles=roles | {"R0": resource(ROLE)}, queue={})
    assert list(time.too_long(slow)) == [
        "live takes 2 minutes to deploy anew, 1 more than 1, by roles"
    ]
    assert list(time.too_long(stage("live", queue={}))) == []


def test_a_type_without_a_duration_is_told_with_where_to_write_it() -> None:
    (fault,) = time.faults(stage(it={"Files": resource("AWS::EFS::FileSystem")}))
    assert fault.startswith("live: AWS::EFS::FileSystem has no duration. Add its name")
    assert "[[duration]] of durations.toml" in fault


def test_a_new_version_takes_its_tasks_and_what_proves_them() -> None:
    service: Json = {"DeploymentConfiguration": {"BakeTimeInMinutes": 10}}
    charging, queue = stage(
        charging={
            "Role": resource(ROLE),
            "Task": resource("AWS::ECS::TaskDefinition", Role={"Ref": "Role"}),
            "Service": resource("AWS::ECS::Service", Task={"Ref": "Task"}, **service),
        },
        queue={"Queue": resource(QUEUE)},
    ).stacks
    assert time.renewal(charging, TYPICAL) == 1 + 4 + 4 + 600
    assert time.renewal(queue, TYPICAL) == 0


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        ("CodeDeployDefault.LambdaLinear10PercentEvery1Minute", 9),
        ("CodeDeployDefault.LambdaLinear10PercentEvery3Minutes", 27),
        ("CodeDeployDefault.LambdaCanary10Percent15Minutes", 15),
        ("CodeDeployDefault.LambdaAllAtOnce", 0),
    ],
)
def test_a_new_version_of_a_function_is_proven_while_requests_are_moved(
    configuration: str, minutes: int
) -> None:
    group = resource("AWS::CodeDeploy::DeploymentGroup", DeploymentConfigName=configuration)
    (telemetry,) = stage(telemetry={"Group": group}).stacks
    assert time.proving(telemetry) == 60 * minutes


@pytest.fixture
def real(known: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real durations."""
    monkeypatch.undo()


@pytest.mark.usefixtures("real")
def test_every_environment_is_there_within_45_minutes(stages: dict[str, Stage]) -> None:
    for one in stages.values():
        assert [*time.faults(one), *time.too_long(one)] == []
    assert time.limit() == 45


@pytest.mark.usefixtures("real")
def test_the_command_that_makes_an_environment_deploys_as_many_stacks_at_once() -> None:
    makefile = (command.ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"--concurrency (\d+)", makefile) == [f"{time.concurrency()}"]
