"""Every stage, in all accounts and regions: deployed, changed in place, destroyed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from embedded import cdk
from embedded.control_plane.record import RecordFile, UnreadFile
from embedded.machine import Machine
from stacks import environments
from stacks.common.cluster import images
from stacks.constructs.fleetcharge_stack import BOUNDARY
from stacks.synthesis import Synthesis
from tests.embedded.machine.cloud import VENV, free_port
from tests.end_to_end.changed_properties import CHANGED, UNCHANGED, with_changed_properties
from tests.end_to_end.recorded_register import register
from tests.end_to_end.whole_fleet import DeployedStack, WholeFleet, with_tag, with_text

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(900)]

IDLE = """FROM python:3.13-slim
ENTRYPOINT ["python", "-c", "import time; time.sleep(1e9)"]
"""
REGISTER = Path(__file__).parents[2] / "docs" / "registers" / "recorded.md"
ALONE = {
    *("live/billing", "live/charging", "live/grafana", "live/metrics", "live/search"),
    *("live/telemetry", "qa/billing", "qa/charging"),
    *("qa/broker", "qa/grafana", "qa/metrics", "qa/search"),
}
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
FIRST = ("roles", "rights")
"""Ends of the paths of stacks that are deployed without the bootstrap."""


@dataclass
class Everything:
    """All stages on one machine, seen by an administrator of the management account."""

    machine: Machine
    assembly: WholeFleet

    def client(self, service: str, account: str, region: str) -> Any:
        return _client(self.machine.endpoint, service, account, region)

    def run(self, command: Any, *arguments: str, **options: Any) -> None:
        aws = cdk.environment(self.machine.account_id, self.machine.region, self.machine.endpoint)
        command(aws, arguments, output=lambda _: None, **options)

    def of_app(self, command: Any, *arguments: str, **options: Any) -> None:
        self.run(command, f"--app={self.assembly.folder}", *arguments, **options)

    def described(self, stack: DeployedStack) -> dict[str, Any] | None:
        api = self.client("cloudformation", stack.account, stack.region)
        found = [one for one in api.describe_stacks()["Stacks"] if one["StackName"] == stack.name]
        return found[0] if found else None

    def output(self, stack: DeployedStack, name: str) -> str | None:
        outputs = (self.described(stack) or {}).get("Outputs", [])
        return next((one["OutputValue"] for one in outputs if one["OutputKey"] == name), None)

    def resources(self, stack: DeployedStack) -> dict[str, tuple[str, str]]:
        """Type and physical id by logical id."""
        api = self.client("cloudformation", stack.account, stack.region)
        listed = api.describe_stack_resources(StackName=stack.name)["StackResources"]
        return {
            one["LogicalResourceId"]: (one["ResourceType"], one["PhysicalResourceId"])
            for one in listed
        }

    def unprotect(self, stacks: list[DeployedStack]) -> None:
        """Those that are protected; the next deployment protects them again."""
        for stack in (one for one in stacks if one.protected):
            api = self.client("cloudformation", stack.account, stack.region)
            api.update_termination_protection(
                StackName=stack.name, EnableTerminationProtection=False
            )

    def kept(self, stack: DeployedStack) -> set[str]:
        """The buckets that outlive the stack."""
        template = json.loads(stack.template.read_text())["Resources"]
        return {
            physical_id
            for logical_id, (resource_type, physical_id) in self.resources(stack).items()
            if resource_type == "AWS::S3::Bucket"
            and template[logical_id].get("DeletionPolicy", "").startswith("Retain")
        }


@cache
def _client(endpoint: str, service: str, account: str, region: str) -> Any:
    session: Any = boto3.Session()
    return session.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="any",
    )


@pytest.fixture(scope="module")
def everything(
    tmp_path_factory: pytest.TempPathFactory, syntheses: dict[str, Synthesis]
) -> Iterator[Everything]:
    """Deployed in the order of docs/organization.md: roles, bootstrap within the boundary, rest."""
    fleet = environments.read()
    stages = {name: synthesis.assembly for name, synthesis in syntheses.items()}
    folder = tmp_path_factory.mktemp("fleet")
    machine = Machine(
        folder / "machine",
        account_id=fleet.accounts.management,
        region="eu-central-1",
        control_plane_port=free_port(),
        front_door_port=free_port(),
        venv=VENV,
    )
    machine.up()
    try:
        (folder / "app").mkdir()
        deployed = Everything(machine, WholeFleet(folder / "app", stages))
        _give_what_is_made_by_hand(deployed, folder)
        for program in ("/run.sh", "/bin/prometheus"):
            # Not of this machine, and a version whose tasks end at once fails its deployment.
            deployed.assembly.change(with_text(f"exec {program}", "exec sleep infinity #"))
        stacks = deployed.assembly.stacks()
        roles = [stack for stack in stacks if stack.path.endswith(FIRST)]
        paths = [stack.path for stack in roles]
        deployed.of_app(cdk.deploy, "--exclusively", *paths, concurrency=8)
        places = {stack.place: stack.account for stack in stacks}
        for stack in roles:
            if policies := deployed.output(stack, "DeploymentPolicies"):
                deployed.run(
                    cdk.bootstrap,
                    *sorted(place for place, account in places.items() if account == stack.account),
                    boundary=BOUNDARY,
                    policies=policies,
                )
        first = fleet.accounts.management
        deployed.run(cdk.bootstrap, *(place for place, one in places.items() if one == first))
        # Environments have it delegate to them, and no stage waits for another.
        deployed.of_app(cdk.deploy, "organization/dns")
        deployed.of_app(cdk.deploy, "**", concurrency=8)
        yield deployed
    finally:
        machine.down()


def _give_what_is_made_by_hand(everything: Everything, folder: Path) -> None:
    """The digest of the image that each service of each environment runs."""
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(IDLE)
    fleet = environments.read()
    for name, environment in fleet.named().items():
        for service in images(environment):
            digest = everything.machine.push(f"fleetcharge/{service}", dockerfile, folder)
            everything.client("ssm", environment.account, environment.region).put_parameter(
                Name=f"/fleetcharge/{name}/{service}/image-digest", Value=digest, Type="String"
            )


def test_every_stack_is_deployed_in_its_account_and_region(everything: Everything) -> None:
    stacks = everything.assembly.stacks()
    described = {stack.name: everything.described(stack) for stack in stacks}
    assert {name for name, stack in described.items() if not stack} == set()
    assert {stack["StackStatus"] for stack in described.values() if stack} <= DONE
    assert len({stack.account for stack in stacks}) == 9
    assert {stack.region for stack in stacks} == {"eu-central-1", "us-east-1", "eu-west-1"}


def test_the_company_s_zone_names_the_servers_of_each_environment_s(
    everything: Everything,
) -> None:
    fleet = environments.read()
    named = _name_servers(everything, fleet.accounts.networking, fleet.organization.domain)
    domains = [(one.account, one.domain.name) for one in fleet.named().values() if one.domain]
    assert {name for name in named if name != fleet.organization.domain} == {
        domain for _, domain in domains
    }
    for stack in (one for one in everything.assembly.stacks() if one.path.endswith("/zone")):
        [delegation] = [
            physical_id
            for kind, physical_id in everything.resources(stack).values()
            if kind == "Custom::ZoneDelegation"
        ]
        assert delegation in named


def _name_servers(everything: Everything, account: str, zone: str) -> dict[str, list[str]]:
    """By the name that is delegated."""
    route53 = everything.client("route53", account, "eu-central-1")
    [found] = route53.list_hosted_zones()["HostedZones"]
    assert found["Name"] == f"{zone}."
    listed = route53.list_resource_record_sets(HostedZoneId=found["Id"])["ResourceRecordSets"]
    return {
        one["Name"].rstrip("."): [record["Value"] for record in one["ResourceRecords"]]
        for one in listed
        if one["Type"] == "NS"
    }


def test_every_type_is_changed_or_it_says_why_not(everything: Everything) -> None:
    deployed = {
        resource["Type"]
        for stack in everything.assembly.stacks()
        for resource in json.loads(stack.template.read_text())["Resources"].values()
    }
    assert deployed == CHANGED.keys() | UNCHANGED.keys()
    assert not CHANGED.keys() & UNCHANGED.keys()


def test_a_change_of_every_resource_replaces_none(everything: Everything) -> None:
    stacks = everything.assembly.stacks()
    before = {stack.name: everything.resources(stack) for stack in stacks}
    different = everything.assembly.change(with_tag("release", "2"))
    different |= everything.assembly.change(with_changed_properties)
    roles = [stack.path for stack in stacks if stack.path.endswith(FIRST)]
    others = [stack.path for stack in stacks if stack.path not in roles]
    everything.of_app(cdk.deploy, "--exclusively", *roles, concurrency=8)
    everything.of_app(cdk.deploy, "--exclusively", *others, concurrency=8)
    changed = [everything.described(stack) for stack in stacks if stack.template in different]
    assert {stack["StackStatus"] for stack in changed if stack} == {"UPDATE_COMPLETE"}
    assert {stack.name: everything.resources(stack) for stack in stacks} == before


def test_services_answer_what_was_changed(everything: Everything) -> None:
    [billing] = [one for one in everything.assembly.stacks() if one.name == "live-billing"]
    template = json.loads(billing.template.read_text())["Resources"]
    resources = everything.resources(billing)

    def of_type(resource_type: str) -> tuple[str, Any]:
        """The first one's physical id, and the properties in the template."""
        logical_id = next(name for name, (kind, _) in resources.items() if kind == resource_type)
        return resources[logical_id][1], template[logical_id]["Properties"]

    def client(service: str) -> Any:
        return everything.client(service, billing.account, billing.region)

    name, given = of_type("AWS::CloudWatch::Alarm")
    [alarm] = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["Threshold"] == given["Threshold"]
    name, _ = of_type("AWS::CloudWatch::Dashboard")
    body = client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    assert body.endswith("} ")
    _, given = of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    scaling = client("application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert given["MaxCapacity"] in {
        one["MaxCapacity"] for one in targets if one["ResourceId"].endswith("/billing")
    }
    name, given = of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
    [rule] = client("elbv2").describe_rules(RuleArns=[name])["Rules"]
    assert rule["Priority"] == str(given["Priority"])
    role, _ = of_type("AWS::IAM::Role")
    iam = client("iam")
    [policy] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    assert document["Statement"][0]["Sid"] == "Changed"


def test_what_is_not_carried_out_is_listed_in_the_register(everything: Everything) -> None:
    recorded = RecordFile(everything.machine.recorded).resources()
    partly_read = UnreadFile(everything.machine.unread).resources()
    written = register(recorded, partly_read, UNCHANGED)
    before = REGISTER.read_text() if REGISTER.exists() else ""
    REGISTER.write_text(written)
    assert written == before, f"{REGISTER} is written anew: look at the difference, and commit it"


def test_services_and_supporting_stacks_go_come_and_change_while_all_others_stand(
    everything: Everything,
) -> None:
    stacks = everything.assembly.stacks()
    alone = [one for one in stacks if one.path in ALONE]
    paths = [one.path for one in alone]

    def standing() -> dict[str, Any]:
        return {one.name: everything.described(one) for one in stacks if one not in alone}

    def states() -> set[str | None]:
        return {(everything.described(one) or {}).get("StackStatus") for one in alone}

    before = standing()
    everything.unprotect(alone)
    assert len(alone) == len(ALONE)
    everything.of_app(cdk.destroy, "--exclusively", "--concurrency=8", *paths)
    assert states() == {None}
    for one in alone:
        _take_away_what_outlives(everything, one)
    everything.of_app(cdk.deploy, "--exclusively", *paths, concurrency=8)
    assert states() == {"CREATE_COMPLETE"}
    everything.assembly.change(with_tag("release", "3"), ("qa", "live"))
    everything.of_app(cdk.deploy, "--exclusively", *paths, concurrency=8)
    assert states() == {"UPDATE_COMPLETE"}
    assert standing() == before


def _take_away_what_outlives(everything: Everything, stack: DeployedStack) -> None:
    """A domain with its logs and a broker with its messages: who wants a new one deletes it."""
    stage, _, name = stack.path.partition("/")
    if name == "search":
        domains = everything.client("opensearch", stack.account, stack.region)
        domains.delete_domain(DomainName=f"fleetcharge-{stage}")
    if name == "broker":
        brokers = everything.client("mq", stack.account, stack.region)
        for one in brokers.list_brokers()["BrokerSummaries"]:
            brokers.delete_broker(BrokerId=one["BrokerId"])


def test_everything_is_destroyed_but_data_that_is_protected(everything: Everything) -> None:
    stacks = everything.assembly.stacks()
    protected = [stack for stack in stacks if stack.protected]
    with pytest.raises(cdk.CdkError, match="TerminationProtection is enabled"):
        everything.of_app(cdk.destroy, "--exclusively", protected[-1].path)
    kept = {stack.name: everything.kept(stack) for stack in stacks}
    everything.unprotect(protected)
    # What environments have written in the networking account goes with them.
    around = [stack.path for stack in stacks if stack.path.startswith("organization/")]
    inside = [stack.path for stack in stacks if stack.path not in around]
    everything.of_app(cdk.destroy, "--exclusively", "--concurrency=8", *inside)
    everything.of_app(cdk.destroy, "--exclusively", "--concurrency=8", *around)
    assert [stack.name for stack in stacks if everything.described(stack)] == []
    for stack in stacks:
        s3 = everything.client("s3", stack.account, stack.region)
        there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
        assert kept[stack.name] <= there, f"{stack.name} took protected data with it"
    assert kept["live-data"]
    assert not kept["playground-data"]
