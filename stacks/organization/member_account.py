"""Who may work in an account that is no environment."""

from aws_cdk import LegacyStackSynthesizer
from constructs import Construct

from stacks.constructs.deployment_rights import DeploymentRights
from stacks.constructs.member_roles import MemberRoles
from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack


class MemberAccountStack(OrganizationStack):
    """The three roles, as every environment has them, and what deployments may do.

    The first stack of its account.
    """

    def __init__(self, scope: Construct, member: str, *, fleet: Fleet) -> None:
        super().__init__(
            scope,
            f"{member}-roles",
            account=getattr(fleet.accounts, member),
            bounded=False,
            synthesizer=LegacyStackSynthesizer(),
        )
        # "Default" adds nothing to the logical ids.
        MemberRoles(
            self,
            "Default",
            management=fleet.accounts.management,
            regions=fleet.regions(),
        )
        DeploymentRights(self, "Deployments", kind=member)
