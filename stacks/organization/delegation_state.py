"""What an account's services say is switched on already; reads, changes nothing."""

from functools import cached_property
from typing import Any

from stacks.environments import HOME_REGION


class State:
    """Answers with the credentials of one account, asking AWS for each thing once.

    Every property raises botocore's ``ClientError`` where AWS does not answer.
    """

    def __init__(self, session: Any) -> None:
        self._session = session

    def _client(self, service: str, region: str = HOME_REGION) -> Any:
        return self._session.client(service, region_name=region)

    @cached_property
    def account(self) -> str:
        """Whose credentials these are."""
        return str(self._client("sts").get_caller_identity()["Account"])

    @cached_property
    def policy_types(self) -> set[str]:
        """Kinds of policy that the organisation's root has switched on."""
        (root,) = self._client("organizations").list_roots()["Roots"]
        return {one["Type"] for one in root["PolicyTypes"] if one["Status"] == "ENABLED"}

    @cached_property
    def trusted(self) -> set[str]:
        """Services that may act in every account."""
        pages = self._client("organizations").get_paginator(
            "list_aws_service_access_for_organization"
        )
        return {
            one["ServicePrincipal"]
            for page in pages.paginate()
            for one in page["EnabledServicePrincipals"]
        }

    def delegates(self, service: str) -> set[str]:
        """The accounts that look after a service for all."""
        pages = self._client("organizations").get_paginator("list_delegated_administrators")
        found = pages.paginate(ServicePrincipal=service)
        return {one["Id"] for page in found for one in page["DelegatedAdministrators"]}

    @cached_property
    def stack_sets_act(self) -> bool:
        """Whether CloudFormation may make stacks in every account."""
        answer = self._client("cloudformation").describe_organizations_access()
        return bool(answer["Status"] == "ENABLED")

    @cached_property
    def roots_are_managed(self) -> bool:
        """Whether root users of members need no credentials of their own."""
        features = self._client("iam").list_organizations_features()["EnabledFeatures"]
        return "RootCredentialsManagement" in features

    @cached_property
    def backups_cross_accounts(self) -> bool:
        """Whether a backup may be copied to another account."""
        settings = self._client("backup").describe_global_settings()["GlobalSettings"]
        return bool(settings.get("isCrossAccountBackupEnabled") == "true")

    def guardduty_administrators(self, region: str) -> set[str]:
        """The accounts that look after GuardDuty in a region."""
        answer = self._client("guardduty", region).list_organization_admin_accounts()
        return {one["AdminAccountId"] for one in answer["AdminAccounts"]}

    def guardduty_watches(self, region: str) -> set[str]:
        """What GuardDuty looks at in every account, a joining one too; nothing if not in every."""
        guardduty = self._client("guardduty", region)
        detectors = guardduty.list_detectors()["DetectorIds"]
        if not detectors:
            return set()
        answer = guardduty.describe_organization_configuration(DetectorId=detectors[0])
        if answer.get("AutoEnableOrganizationMembers") != "ALL":
            return set()
        return {one["Name"] for one in answer["Features"] if one["AutoEnable"] == "ALL"}

    def backed_up(self, region: str) -> set[str]:
        """Kinds of stores in which AWS Backup takes part."""
        answer = self._client("backup", region).describe_region_settings()
        return {kind for kind, so in answer["ResourceTypeOptInPreference"].items() if so}

    def is_linked(self, service: str) -> bool:
        """Whether a service has its own role in the account."""
        roles = self._client("iam").list_roles(PathPrefix=f"/aws-service-role/{service}/")
        return bool(roles["Roles"])
