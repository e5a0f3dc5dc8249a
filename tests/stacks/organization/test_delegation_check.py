"""What an account still lacks, asked of AWS as moto has it."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from stacks.environments import Fleet
from stacks.organization import delegation
from stacks.organization.delegation_state import State


class Everything:
    """Answers that all is done, but for what a test says."""

    def __init__(self, account: str, fleet: Fleet, **but: Any) -> None:
        self.account = account
        self.policy_types = set(delegation.POLICY_TYPES)
        self.trusted = set(delegation.TRUSTED)
        self.stack_sets_act = self.roots_are_managed = self.backups_cross_accounts = True
        self._delegates = {fleet.accounts.security, fleet.accounts.backup}
        self._watched = set(delegation.WATCHED)
        self._kinds = set(delegation.BACKED_UP)
        self._linked = {delegation.CLUSTERS, delegation.SEARCH}
        for name, value in but.items():
            setattr(self, name, value)

    def delegates(self, _service: str) -> set[str]:
        return self._delegates

    def guardduty_administrators(self, _region: str) -> set[str]:
        return self._delegates

    def guardduty_watches(self, _region: str) -> set[str]:
        return self._watched

    def backed_up(self, _region: str) -> set[str]:
        return self._kinds

    def is_linked(self, service: str) -> bool:
        return service in self._linked


def lacking(fleet: Fleet, account: str, **but: Any) -> list[str]:
    state: Any = Everything(account, fleet, **but)
    return delegation.lacking(fleet, state)


def test_where_all_is_done_nothing_is_lacking(fleet: Fleet) -> None:
    for account in delegation.steps(fleet):
        assert lacking(fleet, account) == []


@pytest.mark.parametrize(
    ("but", "command"),
    [
        ({"policy_types": {"SERVICE_CONTROL_POLICY"}}, "--policy-type RESOURCE_CONTROL_POLICY"),
        ({"trusted": set(delegation.TRUSTED) - {"sso.amazonaws.com"}}, "sso.amazonaws.com"),
        ({"stack_sets_act": False}, "activate-organizations-access"),
        ({"roots_are_managed": False}, "enable-organizations-root-credentials-management"),
        ({"backups_cross_accounts": False}, "isCrossAccountBackupEnabled=true"),
    ],
)
def test_what_the_management_account_lacks_is_named_by_its_command(
    fleet: Fleet, but: dict[str, Any], command: str
) -> None:
    (line,) = lacking(fleet, fleet.accounts.management, **but)
    assert line.startswith("aws ")
    assert line.endswith(command)


def test_a_feature_or_a_kind_of_store_that_is_left_out_is_lacking(fleet: Fleet) -> None:
    half = set(delegation.WATCHED) - {"S3_DATA_EVENTS"}
    assert len(lacking(fleet, fleet.accounts.security, _watched=half)) == len(fleet.regions())
    live = fleet.named()["live"].account
    assert len(lacking(fleet, live, _kinds={"Aurora", "DynamoDB", "S3"})) == 1


def test_a_cluster_and_a_search_domain_need_roles_that_are_there_before(fleet: Fleet) -> None:
    live, dev = fleet.named()["live"], fleet.named()["dev"]
    assert live.supporting.search
    assert not dev.supporting.search
    missing = [lacking(fleet, one.account, _linked=set()) for one in (live, dev)]
    assert [len(lines) for lines in missing] == [2, 1]
    assert "--aws-service-name ecs.amazonaws.com" in missing[1][0]


def test_what_aws_does_not_tell_is_not_believed(fleet: Fleet) -> None:
    class Silent(Everything):
        def guardduty_watches(self, _region: str) -> set[str]:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListDetectors")

    state: Any = Silent(fleet.accounts.security, fleet)
    lines = delegation.lacking(fleet, state)
    assert len(lines) == len(fleet.regions())
    assert all(line.startswith("# not known (AccessDeniedException): aws ") for line in lines)


def test_an_account_of_nobody_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(State, "account", "999999999999")
    with pytest.raises(SystemExit):
        delegation.main(["--check"])
    assert "999999999999" in capsys.readouterr().err


@mock_aws
def test_it_sees_what_is_switched_on(fleet: Fleet) -> None:
    session = boto3.Session("a", "b", region_name="eu-central-1")
    organizations: Any = session.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    before = State(session)
    assert "RESOURCE_CONTROL_POLICY" not in before.policy_types
    assert not before.trusted
    service = "guardduty.amazonaws.com"
    assert not before.delegates(service)
    member = organizations.create_account(AccountName="security", Email="a@example.org")
    number = member["CreateAccountStatus"]["AccountId"]
    organizations.enable_aws_service_access(ServicePrincipal=service)
    organizations.register_delegated_administrator(AccountId=number, ServicePrincipal=service)
    (root,) = organizations.list_roots()["Roots"]
    organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    guardduty: Any = session.client("guardduty")
    guardduty.enable_organization_admin_account(AdminAccountId=number)
    after = State(session)
    assert "SERVICE_CONTROL_POLICY" in after.policy_types
    assert after.trusted == {service}
    assert after.delegates(service) == {number}
    assert after.guardduty_administrators("eu-central-1") == {number}
    assert after.guardduty_watches("eu-central-1") == set()
    assert not after.is_linked(delegation.CLUSTERS)
    iam: Any = session.client("iam")
    iam.create_service_linked_role(AWSServiceName=delegation.CLUSTERS)
    assert State(session).is_linked(delegation.CLUSTERS)
    assert after.account == "123456789012"
