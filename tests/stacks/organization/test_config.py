"""AWS Config, wherever anything stands."""

from typing import Any

import pytest
from cfnlint import decode
from cfnlint.api import lint_file

from stacks.environments import Fleet
from stacks.organization.config import RECORDER
from tests.stacks.assembly import Assembly, Template

REGIONS = ("eu-central-1", "us-east-1", "eu-west-1")


@pytest.fixture
def members(organization: Assembly) -> Template:
    """The stack set."""
    return organization["config"].only("AWS::CloudFormation::StackSet")


@pytest.fixture(scope="module")
def recorder() -> dict[str, Any]:
    """The resources of its template."""
    template, problems = decode.decode(str(RECORDER))
    assert not problems
    assert template is not None
    resources: dict[str, Any] = template["Resources"]
    return resources


def test_every_account_is_recorded_in_every_region(members: Template, fleet: Fleet) -> None:
    (group,) = members["StackInstancesGroup"]
    assert group["DeploymentTargets"] == {"OrganizationalUnitIds": [fleet.organization.root]}
    assert tuple(group["Regions"]) == REGIONS == fleet.regions()


def test_an_account_that_joins_is_recorded_by_itself(members: Template) -> None:
    assert members["PermissionModel"] == "SERVICE_MANAGED"
    assert members["AutoDeployment"]["Enabled"] is True


def test_the_region_that_makes_the_role_comes_first(
    members: Template, recorder: dict[str, Any]
) -> None:
    order = members["OperationPreferences"]
    assert order["RegionConcurrencyType"] == "SEQUENTIAL"
    assert order["RegionOrder"][0] == "eu-central-1"
    assert recorder["ConfigRole"]["Condition"] == "IsHome"
    here, elsewhere = recorder["Recorder"]["Properties"]["RoleARN"]["Fn::If"][1:]
    assert here["Fn::Sub"].endswith("/config.amazonaws.com/${ConfigRole}")
    assert elsewhere["Fn::Sub"].endswith("/config.amazonaws.com/AWSServiceRoleForConfig")


def test_what_belongs_to_no_region_is_recorded_once(recorder: dict[str, Any]) -> None:
    recorded = recorder["Recorder"]["Properties"]["RecordingGroup"]
    assert recorded["AllSupported"] is True
    assert recorded["IncludeGlobalResourceTypes"] == {"Fn::If": ["IsHome", True, False]}


def test_it_is_delivered_to_the_log_account(
    members: Template, organization: Assembly, fleet: Fleet
) -> None:
    bucket = f"fleetcharge-config-{fleet.accounts.log}"
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in members["Parameters"]}
    assert parameters == {"Bucket": bucket, "HomeRegion": "eu-central-1"}
    assert organization["config"].only("AWS::Config::DeliveryChannel")["S3BucketName"] == bucket
    assert "log" in organization["config"].needs


def test_the_management_account_is_recorded_as_the_members_are(
    members: Template, organization: Assembly, recorder: dict[str, Any]
) -> None:
    assert members["TemplateBody"] == RECORDER.read_text(encoding="utf-8")
    assert set(organization["config"].template["Resources"]) == {"Members", *recorder}


def test_neither_recorder_nor_delivery_waits_for_the_other(recorder: dict[str, Any]) -> None:
    assert "Recorder" not in str(recorder["Delivery"])
    assert "Delivery" not in str(recorder["Recorder"])


def test_the_members_template_is_valid_in_every_region() -> None:
    assert not lint_file(RECORDER)
