"""Three ways to lock a deployment out, built on purpose, and how our layout gets out of each.

`docs/runbooks/stuck-deployment.md` tells the same, with the commands. Each test builds the deadlock
with the layout that many have (the small stacks ``classic-…``), sees it hold, then does the same to
our layout: weak references, roles first and last, a boundary outside of what it bounds.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded import cdk
from stacks.constructs.fleetcharge_stack import BOUNDARY
from stacks.synthesis import Synthesis
from tests.embedded.control_plane.conftest import ACCOUNT, REGION, ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack

pytestmark = pytest.mark.end_to_end

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


@pytest.fixture(scope="module")
def account(
    tmp_path_factory: pytest.TempPathFactory, syntheses: dict[str, Synthesis]
) -> Iterator[ControlPlane]:
    """An account set up as ours are: our roles first, then the bootstrap within their boundary."""
    control_plane = ControlPlane(tmp_path_factory.mktemp("account"))
    control_plane.start()
    try:
        assert Stack(control_plane, "roles").create(_our_roles(syntheses)) == "CREATE_COMPLETE"
        aws = cdk.environment(ACCOUNT, REGION, control_plane.endpoint)
        cdk.bootstrap(aws, boundary=BOUNDARY, output=lambda _: None)
        yield control_plane
    finally:
        control_plane.stop()


def _our_roles(syntheses: dict[str, Synthesis]) -> Resources:
    [template] = syntheses["playground"].assembly.rglob("*roles*.template.json")
    text = template.read_text()
    [own] = {part.split(":")[4] for part in text.split('"') if part.endswith(f"policy/{BOUNDARY}")}
    resources: Resources = json.loads(text.replace(own, ACCOUNT))["Resources"]
    return resources


def test_an_export_in_use_locks_its_stack_and_a_weak_reference_does_not(
    account: ControlPlane,
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

    # Ours: the reader holds on to nothing, and follows when it is deployed again.
    asked = {"Fn::GetStackOutput": {"StackName": "queue", "OutputName": "Queue"}}
    producer, consumer = Stack(account, "queue"), Stack(account, "service")
    assert producer.create(_queue("third"), {"Queue": arn}) == "CREATE_COMPLETE"
    assert consumer.create(_parameter(asked), {"Seen": asked}) == "CREATE_COMPLETE"
    assert producer.update(_queue("fourth"), {"Queue": arn}) == "UPDATE_COMPLETE"
    assert consumer.outputs()["Seen"].endswith(":third")
    tagged = _parameter(asked)
    tagged["Address"]["Properties"]["Description"] = "deployed again"
    assert consumer.update(tagged, {"Seen": asked}) == "UPDATE_COMPLETE"
    assert consumer.outputs()["Seen"].endswith(":fourth")
    assert producer.delete() == "DELETE_COMPLETE"
    assert consumer.delete() == "DELETE_COMPLETE"


def test_a_deployment_role_that_goes_first_strands_its_stacks_and_ours_goes_last(
    account: ControlPlane, syntheses: dict[str, Synthesis]
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
    # The way out that the runbook tells: another role for this one operation.
    rescued = Stack(account, "classic-app", role=EXECUTION)
    assert rescued.update(_queue("rescued")) == "UPDATE_COMPLETE"
    assert rescued.delete() == "DELETE_COMPLETE"

    # Ours: no stack of the app owns the role that deploys it, and `roles` is behind every other.
    for name in ("playground", "dev", "qa", "live"):
        manifests = list((syntheses[name].assembly / f"assembly-{name}").glob("manifest.json"))
        artifacts = json.loads(manifests[0].read_text())["artifacts"]
        stacks = {k for k, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}
        [first] = [k for k in stacks if artifacts[k]["displayName"] == f"{name}/roles"]
        assert all(first in artifacts[k]["dependencies"] for k in stacks - {first})
        assert "assumeRoleArn" not in artifacts[first]["properties"], "its deployer's own rights"


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
    account: ControlPlane, syntheses: dict[str, Synthesis]
) -> None:
    bound = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    app = Stack(account, "app-in-flight", role=EXECUTION)
    role = _role("app-in-flight", ANYTHING, PermissionsBoundary=bound)
    assert app.create({**_queue("in-flight"), **role}) == "CREATE_COMPLETE"
    ours = _our_roles(syntheses)
    slip = json.loads(json.dumps(ours))
    [boundary] = [r for r in slip.values() if r["Type"] == "AWS::IAM::ManagedPolicy"]
    boundary["Properties"]["PolicyDocument"]["Statement"].append(NO_ROLES | {"Action": "*"})
    roles = Stack(account, "roles")
    assert roles.update(slip) == "UPDATE_COMPLETE"
    assert app.update({**_queue("in-flight"), **role, **_topic("more")}).startswith(
        "UPDATE_ROLLBACK"
    )
    assert app.delete() == "DELETE_FAILED"
    assert any("explicit deny (Slip)" in reason for reason in app.reasons())
    # Who comes from the management account is outside of the boundary.
    assert roles.update(ours) == "UPDATE_COMPLETE"
    assert app.delete() == "DELETE_COMPLETE"


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
    broken = {
        "Broken": {
            "Type": "AWS::IAM::Policy",
            "DependsOn": "Role",
            "Properties": {
                "PolicyName": "p",
                "PolicyDocument": _policy(ANYTHING),
                "Roles": [EXECUTION.rpartition("/")[2]],
            },
        }
    }
    assert Stack(account, "half-way", role=EXECUTION).create({**role, **broken}) == (
        "ROLLBACK_COMPLETE"
    )
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.client("iam").get_role(RoleName="half-way")
