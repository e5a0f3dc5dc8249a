"""The search for what is open to the outside, in a region beside the first."""

from aws_cdk import aws_accessanalyzer
from constructs import Construct

from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack

OUTSIDE_ACCESS = "fleetcharge-outsideaccess"


class OutsideAccessStack(OrganizationStack):
    """An analyser of the organisation's resources in one region: it sees no other.

    Roles, which belong to no region, are found in each; unused access is looked for once, by the
    stack `security`.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet, region: str) -> None:
        super().__init__(scope, name, account=fleet.accounts.security, region=region)
        aws_accessanalyzer.CfnAnalyzer(
            self, "OutsideAccess", analyzer_name=OUTSIDE_ACCESS, type="ORGANIZATION"
        )
