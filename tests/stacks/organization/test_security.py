"""The security account, and what is handed to it."""

import pytest

from stacks import environments
from stacks.environments import Fleet
from stacks.organization import delegation
from tests.stacks.assembly import Assembly


@pytest.fixture
def commands(fleet: Fleet) -> dict[str, list[str]]:
    return {account.split()[0]: lines for account, lines in delegation.commands(fleet).items()}


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
    for region in ("eu-central-1", fleet.organization.backup_region):
        assert f"--admin-account-id {security} --region {region}" in management
        assert any(line.endswith(f"ALL --region {region}") for line in commands["security"])


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
        (line,) = commands[name]
        assert " Aurora=true,DynamoDB=true,EFS=true,S3=true " in line
        assert "--resource-type-management-preference DynamoDB=true" in line


def test_the_commands_are_printed_under_their_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    delegation.main()
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
