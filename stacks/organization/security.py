"""The security account: findings of every account in one place."""

from aws_cdk import aws_accessanalyzer, aws_config, aws_iam, aws_securityhub
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.environments import Fleet
from stacks.organization.organization_stack import OrganizationStack

STANDARDS = (
    "standards/aws-foundational-security-best-practices/v/1.0.0",
    "standards/cis-aws-foundations-benchmark/v/3.0.0",
)


class DelegationStack(OrganizationStack):
    """What the management account hands to the security account, as far as CloudFormation can.

    GuardDuty, Access Analyzer and Config have no resource type for it:
    `stacks.organization.delegation` has the commands.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.management, bounded=False)
        aws_securityhub.CfnDelegatedAdmin(
            self, "SecurityHub", admin_account_id=fleet.accounts.security
        )


class SecurityStack(OrganizationStack):
    """Security Hub for the whole organisation, its Access Analyzer, and Config's aggregate."""

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet, root: str) -> None:
        super().__init__(scope, name, account=fleet.accounts.security)
        self._security_hub(fleet, root)
        self._analyzers()
        self._config_aggregate()

    def _security_hub(self, fleet: Fleet, root: str) -> None:
        regions = aws_securityhub.CfnFindingAggregator(
            self,
            "AllRegions",
            # Where nothing is recorded every control would fail, and cost: nobody acts there.
            region_linking_mode="SPECIFIED_REGIONS",
            regions=[region for region in fleet.regions() if region != self.region],
        )
        organization = aws_securityhub.CfnOrganizationConfiguration(
            self,
            "CentralConfiguration",
            auto_enable=False,
            auto_enable_standards="NONE",
            configuration_type="CENTRAL",
        )
        organization.add_resource_dependency(regions)
        standards = [
            self.format_arn(
                service="securityhub",
                account="",
                resource=standard,
                region=self.region,
            ).rstrip("/")
            for standard in STANDARDS
        ]
        policy = aws_securityhub.CfnConfigurationPolicy(
            self,
            "Standards",
            name="fleetcharge",
            description="AWS's own best practices and the CIS benchmark, in every account",
            configuration_policy=aws_securityhub.CfnConfigurationPolicy.PolicyProperty(
                security_hub=aws_securityhub.CfnConfigurationPolicy.SecurityHubPolicyProperty(
                    service_enabled=True,
                    enabled_standard_identifiers=standards,
                    security_controls_configuration=(
                        aws_securityhub.CfnConfigurationPolicy.SecurityControlsConfigurationProperty(
                            disabled_security_control_identifiers=[]
                        )
                    ),
                )
            ),
        )
        policy.add_resource_dependency(organization)
        aws_securityhub.CfnPolicyAssociation(
            self,
            "EveryAccount",
            configuration_policy_id=policy.attr_id,
            target_id=root,
            target_type="ROOT",
        )

    def _analyzers(self) -> None:
        for name, kind in (
            ("OutsideAccess", "ORGANIZATION"),
            ("UnusedAccess", "ORGANIZATION_UNUSED_ACCESS"),
        ):
            aws_accessanalyzer.CfnAnalyzer(
                self, name, analyzer_name=f"fleetcharge-{name.lower()}", type=kind
            )

    def _config_aggregate(self) -> None:
        role = aws_iam.Role(
            self,
            "Aggregation",
            assumed_by=aws_iam.ServicePrincipal("config.amazonaws.com"),
            description="Lets AWS Config list the organisation's accounts",
        )
        policy = "service-role/AWSConfigRoleForOrganizations"
        role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        acknowledge(
            role,
            "IAM4",
            f"Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}",
            because="Lists accounts, nothing else; AWS keeps it as Config needs it.",
            owner=Owner.SECURITY,
        )
        aws_config.CfnConfigurationAggregator(
            self,
            "Aggregate",
            configuration_aggregator_name="fleetcharge",
            organization_aggregation_source=(
                aws_config.CfnConfigurationAggregator.OrganizationAggregationSourceProperty(
                    role_arn=role.role_arn, all_aws_regions=True
                )
            ),
        )
