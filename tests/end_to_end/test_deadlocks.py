"""Ways to lock a deployment out, built on purpose, and how each is got out of.

The way out is the commands of `docs/runbooks/stuck-deployment.md` as they stand there. Each
deadlock is built with the layout that many have (the small stacks ``classic-…``), where it holds;
then the same is done to our own: weak references, roles first and last, a boundary outside of what
it bounds.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded import cdk
from stacks import environments
from stacks.constructs.fleetcharge_stack import BOUNDARY
from stacks.synthesis import Synthesis
from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.drills.runbook import Runbook

pytestmark = pytest.mark.end_to_end

PLAYGROUND = environments.read().named()["playground"]
ACCOUNT, REGION = PLAYGROUND.account, PLAYGROUND.region
START = "A deployment is stuck"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_ROLES = {"Sid": "Slip", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}
EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}"


def _policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _role(name: str, *statements: Any, **properties: Any) -> Resources:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "cloudformation.amazonaws.com"},
    }
    policy = {"PolicyName": "deploy", "PolicyDocument": _policy(*statements)}
    given = {
        "RoleName": name,
        "AssumeRolePolicyDocument": _policy(trust),
        **({"Policies": [policy]} if statements else {}),
        **properties,
    }
    return {"Role": {"Type": "AWS::IAM::Role", "Properties": given}}


def _queue(name: str) -> Resources:
    return {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}}


def _topic(name: str) -> Resources:
    return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}}


def _parameter(value: Any) -> Resources:
    properties = {"Type": "String", "Value": value}
    return {"Address": {"Type": "AWS::SSM::Parameter", "Properties": properties}}


@dataclass(frozen=True)
class Ours:
    """Playground's stacks as they are synthesised."""

    assembly: Path

    def template(self, stack: str) -> Any:
        [template] = self.assembly.rglob(f"playground{stack}*.template.json")
        return json.loads(template.read_text())

    def create(self, account: ControlPlane, stack: str) -> Stack:
        made, template = Stack(account, f"playground-{stack}"), self.template(stack)
        assert made.create(template["Resources"], template.get("Outputs")) == "CREATE_COMPLETE"
        return made


@pytest.fixture(scope="module")
def ours(syntheses: dict[str, Synthesis]) -> Ours:
    return Ours(syntheses["playground"].assembly)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, ours: Ours) -> Iterator[ControlPlane]:
    """Playground's, set up as it is: our roles first, then the bootstrap within their boundary."""
    control_plane = ControlPlane(tmp_path_factory.mktemp("account"), account=ACCOUNT)
    control_plane.start()
    try:
        ours.create(control_plane, "roles")
        policies = ours.create(control_plane, "rights").outputs()["DeploymentPolicies"]
        aws = cdk.environment(ACCOUNT, REGION, control_plane.endpoint)
        cdk.bootstrap(aws, boundary=BOUNDARY, policies=policies, output=lambda _: None)
        yield control_plane
    finally:
        control_plane.stop()


@pytest.fixture
def runbook(account: ControlPlane, ours: Ours, tmp_path: Path) -> Runbook:
    """Its ``cdk`` is the pinned one, with the app synthesised already."""
    cli, options = ROOT / "node_modules/.bin/cdk", f"--app={ours.assembly} --require-approval=never"
    (tmp_path / "cdk").write_text(f'#!/bin/sh\nexec "{cli}" "$@" {options}\n')
    (tmp_path / "cdk").chmod(0o755)
    aws = cdk.environment(ACCOUNT, REGION, account.endpoint)
    return Runbook("stuck-deployment.md", {**aws, "PATH": f"{tmp_path}:{os.environ['PATH']}"})


def test_an_export_in_use_locks_its_stack_and_a_weak_reference_does_not(
    account: ControlPlane, ours: Ours, runbook: Runbook, tmp_path: Path
) -> None:
    arn = {"Fn::GetAtt": ["Queue", "Arn"]}
    producer, consumer = Stack(account, "classic-queue"), Stack(account, "classic-service")
    exported = {"Queue": {"Value": arn, "Export": {"Name": "queue"}}}
    assert producer.create(_queue("first"), exported) == "CREATE_COMPLETE"
    assert consumer.create(_parameter({"Fn::ImportValue": "queue"})) == "CREATE_COMPLETE"
    assert producer.update(_queue("second"), exported) == "UPDATE_ROLLBACK_COMPLETE"
    assert producer.update(_queue("first")) == "UPDATE_ROLLBACK_COMPLETE"
    [delete, update] = [reason for reason in producer.reasons() if "in use" in reason]
    assert "Cannot delete export queue as it is in use by classic-service" in delete
    assert "Cannot update export queue as it is in use by classic-service" in update
    with pytest.raises(ClientError, match="Export queue is imported by stack classic-service"):
        producer.delete()

    said = runbook.run(
        START, "1. An export in use", STACK="classic-queue", EXPORT="queue", folder=tmp_path
    )
    assert "in use by classic-service" in said
    *_, importers, value = said.strip().splitlines()
    assert importers == "classic-service"
    assert consumer.update(_parameter(value)) == "UPDATE_COMPLETE"
    assert producer.update(_queue("second")) == "UPDATE_COMPLETE"

    # Ours: the queue stack reads the topic of alarms, and holds nothing back.
    ours.create(account, "secrets")
    topic, queue = ours.create(account, "observability"), ours.create(account, "queue")
    template, [before] = ours.template("observability"), _told(account)
    [alarms] = [one for one in template["Resources"].values() if one["Type"] == "AWS::SNS::Topic"]
    alarms["Properties"]["TopicName"] = "another"
    assert topic.update(template["Resources"], template["Outputs"]) == "UPDATE_COMPLETE"
    assert _told(account) == {before}
    again = ours.template("queue")
    for resource in again["Resources"].values():
        resource.setdefault("Metadata", {})["deployed"] = "again"
    assert queue.update(again["Resources"], again.get("Outputs")) == "UPDATE_COMPLETE"
    assert _told(account) == {f"arn:aws:sns:{REGION}:{ACCOUNT}:another"} != {before}
    assert topic.delete() == "DELETE_COMPLETE", "and its reader stands"


def _told(account: ControlPlane) -> set[str]:
    """Where the queue stack's alarms go."""
    described = account.client("cloudwatch").describe_alarms(AlarmNamePrefix="playground-queue")
    return {topic for alarm in described["MetricAlarms"] for topic in alarm["AlarmActions"]}


def test_a_deployment_role_that_goes_first_strands_its_stacks_and_ours_goes_last(
    account: ControlPlane, syntheses: dict[str, Synthesis], runbook: Runbook, tmp_path: Path
) -> None:
    roles = Stack(account, "classic-roles")
    assert roles.create(_role("classic-gone", ANYTHING)) == "CREATE_COMPLETE"
    role = f"arn:aws:iam::{ACCOUNT}:role/classic-gone"
    app = Stack(account, "classic-app", role=role)
    assert app.create(_queue("stranded")) == "CREATE_COMPLETE"
    assert roles.delete() == "DELETE_COMPLETE", "nothing tells that the role is needed"
    with pytest.raises(ClientError, match="is invalid or cannot be assumed"):
        app.update(_queue("other"))
    with pytest.raises(ClientError, match="is invalid or cannot be assumed"):
        app.delete()
    runbook.run(
        "2. The role that deploys is gone", STACK="classic-app", REGION=REGION, folder=tmp_path
    )
    assert app.without_role().update(_queue("rescued")) == "UPDATE_COMPLETE"

    # Ours: no stack of the app owns the role that deploys it, and `roles` is behind every other.
    for name in ("playground", "dev", "qa", "live"):
        manifests = list((syntheses[name].assembly / f"assembly-{name}").glob("manifest.json"))
        artifacts = json.loads(manifests[0].read_text())["artifacts"]
        stacks = {k for k, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}
        ours = (f"{name}/roles", f"{name}/rights")
        first = {k for k in stacks if artifacts[k]["displayName"] in ours}
        assert all(first <= set(artifacts[k]["dependencies"]) for k in stacks - first)
        for one in first:
            assert "assumeRoleArn" not in artifacts[one]["properties"], "its deployer's own rights"


def test_a_deployment_role_that_denies_itself_is_stuck_and_ours_cannot(
    account: ControlPlane,
) -> None:
    owner = f"arn:aws:iam::{ACCOUNT}:role/classic-self"
    first = Stack(account, "classic-self").create(_role("classic-self", ANYTHING))
    assert first == "CREATE_COMPLETE"
    own = Stack(account, "classic-self", role=owner)
    slip = _role("classic-self", ANYTHING, NO_ROLES)
    assert own.update(slip) == "UPDATE_COMPLETE", "a slip that nothing stops"
    assert own.update(_role("classic-self", ANYTHING)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "not authorized to perform: iam:UpdateRole" in own.reasons()[0]
    assert own.delete() == "DELETE_FAILED"

    # Ours: what deploys is within the boundary, which lets nobody touch the role that deploys.
    app = Stack(account, "app", role=EXECUTION)
    assert app.create(_queue("kept")) == "CREATE_COMPLETE"
    attack = {
        "Slip": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "slip",
                "PolicyDocument": _policy(NO_ROLES),
                "Roles": [EXECUTION.rpartition("/")[2]],
            },
        }
    }
    assert app.update({**_queue("kept"), **attack}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "explicit deny (TheWayInStays)" in app.reasons()[0]
    unbound = _role("app-own", ANYTHING)
    assert app.update({**_queue("kept"), **unbound}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "not authorized to perform: iam:CreateRole" in app.reasons()[0]
    assert app.update({**_queue("kept"), **_topic("next")}) == "UPDATE_COMPLETE"


def test_a_slip_in_the_boundary_stops_deployments_until_roles_are_deployed_again(
    account: ControlPlane, ours: Ours, runbook: Runbook, tmp_path: Path
) -> None:
    bound = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    before = _role("app-in-flight", PermissionsBoundary=bound)
    after = _role("app-in-flight", ANYTHING, PermissionsBoundary=bound)
    broken = {"Broken": {**_policy_of(EXECUTION), "DependsOn": "Role"}}
    app = Stack(account, "app-in-flight", role=EXECUTION)
    going = Stack(account, "app-going", role=EXECUTION)
    assert app.create(before) == "CREATE_COMPLETE"
    assert going.create(_queue("going")) == "CREATE_COMPLETE"

    # The update gives the role a policy, then fails; and the way back is denied.
    template = ours.template("roles")
    [boundary] = [
        one
        for one in template["Resources"].values()
        if one["Properties"].get("ManagedPolicyName") == BOUNDARY
    ]
    denied = ["iam:DeleteRolePolicy", "sqs:DeleteQueue"]
    boundary["Properties"]["PolicyDocument"]["Statement"].append(NO_ROLES | {"Action": denied})
    roles = Stack(account, "playground-roles")
    assert roles.update(template["Resources"], template.get("Outputs")) == "UPDATE_COMPLETE"
    assert app.update({**after, **broken}) == "UPDATE_ROLLBACK_FAILED"
    assert going.delete() == "DELETE_FAILED"
    for stuck in (app, going):
        assert any("explicit deny (Slip)" in reason for reason in stuck.reasons())
    with pytest.raises(ClientError, match="UPDATE_ROLLBACK_FAILED"):
        app.update(after)

    # Who comes from the management account is outside of the boundary.
    runbook.run("3. What deploys is denied", ENV="playground", folder=tmp_path)
    runbook.run("Out of UPDATE_ROLLBACK_FAILED", STACK="app-in-flight", folder=tmp_path)
    assert account.client("iam").list_role_policies(RoleName="app-in-flight")["PolicyNames"] == []
    assert app.update(after) == "UPDATE_COMPLETE"
    runbook.run("Out of DELETE_FAILED", STACK="app-going", folder=tmp_path)
    assert app.delete() == "DELETE_COMPLETE"


def test_a_protected_stack_that_was_never_deployed_well_is_taken_away(
    account: ControlPlane, runbook: Runbook, tmp_path: Path
) -> None:
    stack = Stack(account, "never-well", role=EXECUTION)
    assert stack.create({"Broken": _policy_of(EXECUTION)}) == "ROLLBACK_COMPLETE"
    api = account.client("cloudformation")
    api.update_termination_protection(StackName="never-well", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stack.delete()
    runbook.run(
        "4. A protected stack that was never deployed well", STACK="never-well", folder=tmp_path
    )
    assert stack.create(_queue("well")) == "CREATE_COMPLETE"


def _policy_of(role: str) -> Resources:
    """A policy on the role that deploys, which the boundary denies."""
    properties = {
        "PolicyName": "p",
        "PolicyDocument": _policy(ANYTHING),
        "Roles": [role.rpartition("/")[2]],
    }
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def test_ground_is_taken_away_by_what_deploys_and_by_no_program(account: ControlPlane) -> None:
    network = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.99.0.0/16"}}}
    deployed = Stack(account, "ground", role=EXECUTION)
    assert deployed.create(network) == "CREATE_COMPLETE"
    assert deployed.delete() == "DELETE_COMPLETE"
    bound = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    program = _role("program", ANYTHING, PermissionsBoundary=bound)
    assert Stack(account, "program", role=EXECUTION).create(program) == "CREATE_COMPLETE"
    taken = Stack(account, "taken", role=f"arn:aws:iam::{ACCOUNT}:role/program")
    assert taken.create(network) == "CREATE_COMPLETE"
    assert taken.delete() == "DELETE_FAILED"
    assert any("explicit deny (GroundStays)" in reason for reason in taken.reasons())


def test_a_failed_deployment_takes_back_the_roles_that_it_made(account: ControlPlane) -> None:
    bound = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    role = _role("half-way", ANYTHING, PermissionsBoundary=bound)
    broken = {"Broken": {**_policy_of(EXECUTION), "DependsOn": "Role"}}
    assert Stack(account, "half-way", role=EXECUTION).create({**role, **broken}) == (
        "ROLLBACK_COMPLETE"
    )
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.client("iam").get_role(RoleName="half-way")
