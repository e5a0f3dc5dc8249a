"""AWS Config in every account and region of the organisation."""

from pathlib import Path

from aws_cdk import CfnStackSet, cloudformation_include
from constructs import Construct

from stacks.environments import HOME_REGION, Fleet
from stacks.organization.log import config_bucket
from stacks.organization.organization_stack import OrganizationStack

RECORDER = Path(__file__).parent / "recorder.yaml"


class ConfigStack(OrganizationStack):
    """A recorder wherever anything stands, in the management account's hands.

    A stack set of the organisation, and not a stack of each environment: an account that joins
    tomorrow is recorded before anything is deployed to it, and nobody in a member account can
    change it, for a guardrail lets only the stack set's own role do so.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet, root: str) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        parameters = {"Bucket": config_bucket(fleet.accounts.log), "HomeRegion": HOME_REGION}
        CfnStackSet(
            self,
            "Members",
            stack_set_name="fleetcharge-config",
            description="AWS Config in every member account",
            permission_model="SERVICE_MANAGED",
            auto_deployment=CfnStackSet.AutoDeploymentProperty(
                enabled=True, retain_stacks_on_account_removal=False
            ),
            managed_execution={"Active": True},
            template_body=RECORDER.read_text(encoding="utf-8"),
            parameters=[
                CfnStackSet.ParameterProperty(parameter_key=key, parameter_value=value)
                for key, value in parameters.items()
            ],
            operation_preferences=CfnStackSet.OperationPreferencesProperty(
                # The role of Config is made in the home region, and needed in all.
                region_concurrency_type="SEQUENTIAL",
                region_order=list(fleet.regions()),
                failure_tolerance_count=0,
                max_concurrent_percentage=100,
            ),
            stack_instances_group=[
                CfnStackSet.StackInstancesProperty(
                    deployment_targets=CfnStackSet.DeploymentTargetsProperty(
                        organizational_unit_ids=[root]
                    ),
                    regions=list(fleet.regions()),
                )
            ],
        )
        cloudformation_include.CfnInclude(
            self, "Management", template_file=str(RECORDER), parameters=parameters
        )
