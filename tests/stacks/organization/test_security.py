"""The security account, and what is handed to it."""

import json
import re
from typing import Any

import pytest

from stacks import environments
from stacks.environments import Fleet
from stacks.organization import delegation
from tests.stacks.assembly import Assembly
from tests.stacks.events import matches


@pytest.fixture
def commands(fleet: Fleet) -> dict[str, list[str]]:
    names = {number: name for name, number in fleet.accounts}
    names |= {one.account: name for name, one in fleet.named().items()}
    return {
        names[account]: [step.command for step in steps]
        for account, steps in delegation.steps(fleet).items()
    }


def test_security_hub_is_handed_to_the_security_account(
    organization: Assembly, fleet: Fleet
) -> None:
    handed = organization["delegation"].only("AWS::SecurityHub::DelegatedAdmin")
    assert handed["AdminAccountId"] == fleet.accounts.security
    assert "delegation" in organization["security"].needs


def test_every_account_keeps_both_standards(organization: Assembly, fleet: Fleet) -> None:
    security = organization["security"]
    policy = security.only("AWS::SecurityHub::ConfigurationPolicy")["ConfigurationPolicy"]
    assert policy["SecurityHub"]["ServiceEnabled"] is True
    assert policy["SecurityHub"]["EnabledStandardIdentifiers"] == [
        "arn:aws:securityhub:eu-central-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:securityhub:eu-central-1::standards/cis-aws-foundations-benchmark/v/3.0.0",
    ]
    association = security.only("AWS::SecurityHub::PolicyAssociation")
    assert association["TargetId"] == fleet.organization.root
    assert association["TargetType"] == "ROOT"
    central = security.only("AWS::SecurityHub::OrganizationConfiguration")
    assert central["ConfigurationType"] == "CENTRAL"


def test_outside_and_unused_access_is_looked_for_in_every_account(organization: Assembly) -> None:
    analyzers = organization["security"].of_type("AWS::AccessAnalyzer::Analyzer").values()
    assert {body["Properties"]["Type"] for body in analyzers} == {
        "ORGANIZATION",
        "ORGANIZATION_UNUSED_ACCESS",
    }


def test_outside_access_is_looked_for_in_every_region_that_guardrails_leave(
    organization: Assembly, fleet: Fleet
) -> None:
    looked = {
        re.sub("^security$", "eu-central-1", name.removeprefix("outside-access-"))
        for name, stack in organization.stacks.items()
        for body in stack.of_type("AWS::AccessAnalyzer::Analyzer").values()
        if body["Properties"]["Type"] == "ORGANIZATION"
    }
    assert looked == set(fleet.regions())


def found(product: str, label: str, kind: str, **state: Any) -> dict[str, Any]:
    finding = {
        "ProductName": product,
        "Severity": {"Label": label},
        "Types": [kind],
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
    }
    return {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [finding | state]},
    }


OPEN = "Software and Configuration Checks/AWS Security Best Practices/External Access Granted"


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        (found("GuardDuty", "HIGH", "TTPs/Discovery"), 1),
        (found("Security Hub", "CRITICAL", "Software and Configuration Checks"), 1),
        (found("Security Hub", "MEDIUM", "Software and Configuration Checks"), 0),
        (found("IAM Access Analyzer", "LOW", OPEN), 1),
        (found("IAM Access Analyzer", "HIGH", OPEN), 1),
        (found("IAM Access Analyzer", "LOW", OPEN.replace("External Access", "Unused")), 0),
        (found("GuardDuty", "HIGH", "TTPs", Workflow={"Status": "NOTIFIED"}), 0),
        (found("GuardDuty", "HIGH", "TTPs", RecordState="ARCHIVED"), 0),
    ],
)
def test_a_finding_reaches_people_once_when_it_is_new_and_grave_or_opens_something(
    organization: Assembly, event: dict[str, Any], rules: int
) -> None:
    patterns = [
        body["Properties"]["EventPattern"]
        for body in organization["findings"].of_type("AWS::Events::Rule").values()
    ]
    assert sum(matches(pattern, event) for pattern in patterns) == rules


def test_a_notice_says_what_and_where_and_what_to_do_and_is_not_lost(
    organization: Assembly, fleet: Fleet
) -> None:
    stack = organization["findings"]
    (topic,) = stack.of_type("AWS::SNS::Topic")
    (queue,) = (id_ for id_ in stack.of_type("AWS::SQS::Queue") if id_.startswith("Notices"))
    assert stack.only("AWS::SNS::Subscription")["Endpoint"] == fleet.organization.on_call
    for body in stack.of_type("AWS::Events::Rule").values():
        (target,) = body["Properties"]["Targets"]
        assert target["Arn"] == {"Ref": topic}
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
        told = target["InputTransformer"]
        for field in ("AwsAccountId", "Region", "Title", "Severity.Label", "Resources[0].Id"):
            assert f"$.detail.findings[0].{field}" in told["InputPathsMap"].values()
        page = f"{fleet.organization.runbooks}/security-finding.md"
        assert told["InputTemplate"].endswith(f'{page}"')
    (key,) = stack.of_type("AWS::KMS::Key").values()
    for service in ("events", "cloudwatch"):
        assert f'"{service}.amazonaws.com"' in json.dumps(key["Properties"]["KeyPolicy"])
    for kind in ("AWS::SNS::Topic", "AWS::SQS::Queue"):
        for body in stack.of_type(kind).values():
            assert "KmsMasterKeyId" in body["Properties"]
    (alarm,) = (
        body["Properties"]
        for id_, body in stack.of_type("AWS::CloudWatch::Alarm").items()
        if id_.startswith("Notices")
    )
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": [queue, "QueueName"]}
    assert alarm["AlarmActions"] == [{"Ref": topic}]


def test_config_is_gathered_from_every_account_and_region(organization: Assembly) -> None:
    aggregate = organization["security"].only("AWS::Config::ConfigurationAggregator")
    assert aggregate["OrganizationAggregationSource"]["AllAwsRegions"] is True


def test_what_has_no_resource_type_is_told_as_commands(
    commands: dict[str, list[str]], fleet: Fleet
) -> None:
    management = "\n".join(commands["management"])
    security = fleet.accounts.security
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        assert f"--policy-type {kind}" in management
    for service in ("access-analyzer", "config"):
        principal = f"--service-principal {service}.amazonaws.com"
        assert f"register-delegated-administrator {principal} --account-id {security}" in management


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "eu-west-1"])
def test_guardduty_watches_every_region_that_guardrails_leave(
    commands: dict[str, list[str]], fleet: Fleet, region: str
) -> None:
    assert region in fleet.regions()
    handed = f"--admin-account-id {fleet.accounts.security} --region {region}"
    assert any(line.endswith(handed) for line in commands["management"])
    (line,) = (one for one in commands["security"] if one.endswith(f"--region {region}"))
    assert "--auto-enable-organization-members ALL" in line
    features = json.loads(line.partition("--features '")[2].partition("'")[0])
    assert {one["Name"] for one in features} == {
        "EBS_MALWARE_PROTECTION",
        "LAMBDA_NETWORK_LOGS",
        "RDS_LOGIN_EVENTS",
        "S3_DATA_EVENTS",
    }
    assert {one["AutoEnable"] for one in features} == {"ALL"}


def test_a_service_is_trusted_before_it_is_handed_on(commands: dict[str, list[str]]) -> None:
    lines = commands["management"]
    for service, _ in delegation.DELEGATED:
        trusted = next(
            i for i, li in enumerate(lines) if f"access --service-principal {service}" in li
        )
        handed = next(i for i, li in enumerate(lines) if "register" in li and service in li)
        assert trusted < handed


def test_every_environment_takes_part_in_backups(
    commands: dict[str, list[str]], fleet: Fleet
) -> None:
    for name in fleet.named():
        line, *_ = commands[name]
        assert " Aurora=true,DynamoDB=true,EFS=true,S3=true " in line
        assert "--resource-type-management-preference DynamoDB=true" in line


def test_the_commands_are_printed_under_their_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    assert delegation.main([]) == 0
    printed = capsys.readouterr().out.splitlines()
    accounts = environments.read().accounts
    titles = [line for line in printed if line.startswith("# ")]
    assert titles == [
        f"# With an administrator's credentials of management ({accounts.management}):",
        f"# With an administrator's credentials of security ({accounts.security}):",
        *(
            f"# With an administrator's credentials of {name} ({one.account}):"
            for name, one in environments.read().named().items()
        ),
    ]
    assert all(line.startswith(("# ", "aws ")) for line in printed)
