"""What binds deployments in member accounts lets them make what their templates hold.

CloudFormation's own handlers say which actions each type of resource takes, in the schemas that
AWS publishes; the boundary and the guardrails are asked for each.
"""

from collections.abc import Iterator, Mapping

from embedded.control_plane.schemas import ResourceSchemas
from stacks.environments import Fleet
from tests.stacks.access import refuses, roles
from tests.stacks.assembly import Assembly, Template

NOT_TAKEN = (
    "acm-pca:",  # certificates are Amazon's own, not a private authority's
    "firehose:",  # logs go to no stream
    "iam:AttachGroupPolicy",  # policies are roles'
    "iam:PutGroupPolicy",
    "iam:DeleteRolePermissionsBoundary",  # a role that has one keeps it
    "organizations:EnableAWSServiceAccess",  # the management account gives it, before
)
"""What handlers ask for as well, for options that nothing of ours uses."""


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
            for action in _taken(type_, stack.region)
            for what, document in binding.items()
            if refuses(document, action, context=said)
        }
    assert not faults, "\n".join(sorted(faults))


def _taken(type_: str, region: str) -> Iterator[str]:
    """The actions that CloudFormation takes to make one, look at it and change it."""
    schemas = ResourceSchemas(region)
    handlers = schemas.schema(type_).get("handlers", {}) if type_ in schemas.types else {}
    for handler in ("create", "read", "update"):
        for action in handlers.get(handler, {}).get("permissions", []):
            if not action.startswith(NOT_TAKEN):
                yield action
