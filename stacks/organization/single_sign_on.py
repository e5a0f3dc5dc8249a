"""Single sign-on: who may take which role in the member accounts."""

from typing import Any

from aws_cdk import aws_identitystore, aws_sso
from constructs import Construct

from stacks.constructs.isolation import ROLES
from stacks.environments import Fleet, SingleSignOn
from stacks.organization.organization_stack import OrganizationStack

SESSION = "PT1H"

VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


class SingleSignOnStack(OrganizationStack):
    """A group and a permission set for each role, in the management account.

    A permission set of people holds one right: to take the role of its name in a member account.
    What they may do there stands in that account, in one place. That of automation is for looking
    at what automation does: people never act as it.
    """

    def __init__(
        self, scope: Construct, name: str, *, fleet: Fleet, organization: str, sign_on: SingleSignOn
    ) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        self._sign_on = sign_on
        self._organization = organization
        for role in ("administrator", "developer"):
            self._permission_set(
                role,
                f"Takes the role {role} in member accounts",
                inline_policy=self._may_take(role),
            )
        self._permission_set(
            "automation", "Looks at what automation does", managed_policies=[VIEW_ONLY]
        )

    def _permission_set(self, role: str, purpose: str, **rights: Any) -> None:
        permission_set = aws_sso.CfnPermissionSet(
            self,
            f"{role.capitalize()}Set",
            instance_arn=self._sign_on.instance,
            name=ROLES[role],
            description=purpose,
            session_duration=SESSION,
            **rights,
        )
        group = aws_identitystore.CfnGroup(
            self,
            f"{role.capitalize()}Group",
            identity_store_id=self._sign_on.identity_store,
            display_name=ROLES[role],
            description=purpose,
        )
        aws_sso.CfnAssignment(
            self,
            f"{role.capitalize()}Assignment",
            instance_arn=self._sign_on.instance,
            permission_set_arn=permission_set.attr_permission_set_arn,
            principal_type="GROUP",
            principal_id=group.attr_group_id,
            target_type="AWS_ACCOUNT",
            target_id=self.account,
        )

    def _may_take(self, role: str) -> dict[str, object]:
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Resource": f"arn:aws:iam::*:role/{ROLES[role]}",
                    "Condition": {
                        "StringEquals": {"aws:ResourceOrgID": self._organization},
                    },
                }
            ],
        }
