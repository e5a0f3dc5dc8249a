"""What binds deployments in member accounts lets them do what their templates' resources need.

AWS lists for each type of resource which actions a deployment takes; the boundary and the
guardrails are asked for each.
"""

from collections.abc import Mapping

from proofs import deployment_rights
from stacks.environments import Fleet
from tests.stacks.access import refuses, roles
from tests.stacks.assembly import Assembly, Template

GIVEN_BEFORE = "organizations:EnableAWSServiceAccess"
"""By the management account: `stacks.organization.delegation`."""


def test_whatever_a_template_holds_can_be_made_where_it_stands(
    stage: Assembly, organization: Assembly, fleet: Fleet, policies: Mapping[str, Template]
) -> None:
    bound = roles(organization["security-roles"], fleet.accounts.security)["fleetcharge-developer"]
    assert bound.boundary
    account = f"arn:aws:iam::{fleet.accounts.security}"  # whose boundary is asked for all
    binding = {"the boundary": bound.boundary} | {
        name: one["Content"]
        for name, one in policies.items()
        if one["Type"] == "SERVICE_CONTROL_POLICY"
    }
    corrections = deployment_rights.read()
    faults = set()
    for name, stack in stage.stacks.items():
        if stack.account == fleet.accounts.management:
            continue  # nothing binds it
        said = {
            "aws:PrincipalArn": f"{account}:role/cdk-hnb659fds-cfn-exec-role-{stack.region}",
            "aws:RequestedRegion": stack.region,
            "iam:PermissionsBoundary": f"{account}:policy/fleetcharge-boundary",
        }
        faults |= {
            f"{name}: {type_} takes {action}, which {what} refuses"
            for type_ in {body["Type"] for body in stack.template["Resources"].values()}
            for action in deployment_rights.asked(type_, corrections) - {GIVEN_BEFORE}
            for what, document in binding.items()
            if refuses(document, action, context=said)
        }
    assert not faults, "\n".join(sorted(faults))
