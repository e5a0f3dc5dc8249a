"""The policies of the organisation, attached to its units."""

from typing import Literal

from aws_cdk import aws_organizations
from constructs import Construct

from stacks.environments import HOME_REGION, Fleet
from stacks.organization import resource_control, service_control
from stacks.organization.organization_stack import OrganizationStack, one_after_another
from stacks.organization.service_control import Document

Kind = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]


class GuardrailsStack(OrganizationStack):
    """What no role in a member account can get around.

    `units` are ids by name. A unit may hold five policies of a kind, and AWS's own is one of them.
    """

    def __init__(
        self, scope: Construct, name: str, *, fleet: Fleet, organization: str, units: dict[str, str]
    ) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        tops = [units[unit] for unit in ("Security", "Infrastructure", "Workloads", "Sandbox")]
        keepers = [units[unit] for unit in ("Security", "Infrastructure", "Production")]
        services: Kind = "SERVICE_CONTROL_POLICY"
        allowed = service_control.regions(HOME_REGION, fleet.organization.backup_region)
        perimeter = resource_control.perimeter(organization)
        one_after_another(
            [
                self._policy("Foundations", services, service_control.foundations(), tops),
                self._policy("Watchfulness", services, service_control.watchfulness(), tops),
                self._policy("Regions", services, allowed, tops),
                self._policy("Evidence", services, service_control.evidence(), keepers),
                self._policy("Perimeter", "RESOURCE_CONTROL_POLICY", perimeter, tops),
            ]
        )

    def _policy(
        self, name: str, kind: Kind, content: Document, targets: list[str]
    ) -> aws_organizations.CfnPolicy:
        return aws_organizations.CfnPolicy(
            self,
            name,
            name=f"fleetcharge-{name.lower()}",
            type=kind,
            content=content,
            target_ids=targets,
        )
