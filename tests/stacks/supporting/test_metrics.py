"""Prometheus, and the pages it reads."""

import json
from fnmatch import fnmatchcase

import pytest

from contracts import routes
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Stack, Template
from tests.stacks.supporting.wanted import with_supporting


@pytest.mark.parametrize("path", [routes.METRICS, routes.HEALTH])
def test_nothing_outside_leads_to_what_only_aws_asks_for(assembly: Assembly, path: str) -> None:
    patterns = [
        pattern
        for _, rule in assembly.of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
        for condition in rule["Properties"]["Conditions"]
        if "PathPatternConfig" in condition
        for pattern in condition["PathPatternConfig"]["Values"]
    ]
    distribution = assembly["hosting"].only("AWS::CloudFront::Distribution")
    programs = [b["PathPattern"] for b in distribution["DistributionConfig"]["CacheBehaviors"]]
    assert patterns
    assert programs
    for pattern in patterns + programs:
        assert not fnmatchcase(path, pattern)
        assert not fnmatchcase(f"{path}/", pattern)
    for _, listener in assembly.of_type("AWS::ElasticLoadBalancingV2::Listener"):
        (otherwise,) = listener["Properties"]["DefaultActions"]
        assert otherwise["FixedResponseConfig"]["StatusCode"] == "404"


@pytest.fixture
def metrics(assembly: Assembly) -> Stack:
    return assembly["metrics"]


def container(stack: Stack) -> Template:
    (only,) = stack.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return dict(only)


@with_supporting("metrics")
def test_every_task_of_our_programs_is_read(metrics: Stack, assembly: Assembly) -> None:
    (configuration,) = (
        variable["Value"]
        for variable in container(metrics)["Environment"]
        if variable["Name"] == "FILE_0"
    )
    assert "$" not in configuration
    for service in ("charging", "billing"):
        (registered,) = assembly[service].of_type("AWS::ServiceDiscovery::Service").values()
        name = f"{registered['Properties']['Name']}.{assembly.environment}.internal"
        assert f"- names: [{name}]\n        type: A\n        port: 8080\n" in configuration
    assert configuration.count(f"metrics_path: {routes.METRICS}\n") == 2
    assert '"$FILE_0" > /tmp/prometheus.yaml' in container(metrics)["Command"][0]


@with_supporting("metrics")
def test_it_keeps_as_much_as_the_settings_say_on_an_encrypted_volume(
    metrics: Stack, environment: Environment
) -> None:
    size = environment.supporting.metrics
    assert size is not None
    ((volume,),) = (
        body["Properties"]["VolumeConfigurations"]
        for body in metrics.of_type("AWS::ECS::Service").values()
    )
    managed = volume["ManagedEBSVolume"]
    assert managed["Encrypted"] is True
    assert "Key" in json.dumps(managed["KmsKeyId"])
    assert (managed["VolumeType"], managed["SizeInGiB"]) == ("gp3", size.volume_gib)
    (command,) = container(metrics)["Command"]
    assert f"--storage.tsdb.retention.time={size.kept_days}d" in command
    assert f"--storage.tsdb.retention.size={size.volume_gib * 1024 * 8 // 10}MB" in command


@with_supporting("metrics")
def test_nobody_reaches_it_but_grafana(metrics: Stack, assembly: Assembly) -> None:
    rules = assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").values()
    into = [body["Properties"] for body in rules if body["Properties"]["FromPort"] == 9090]
    assert [rule["Description"] for rule in into] == ["Grafana to Prometheus"]
