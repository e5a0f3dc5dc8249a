"""OpenSearch: all logs of the environment in one place, to be searched."""

from aws_cdk import CfnOutput, aws_iam, aws_logs, aws_opensearchservice
from constructs import Construct

from stacks.common.foundation import Foundation
from stacks.common.network import ISOLATED
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.isolation import ROLES
from stacks.environments import Environment, Search
from stacks.supporting.log_feed import LogFeed
from stacks.supporting.search_monitoring import SearchMonitoring

VERSION = "OpenSearch_2.19"
OWN_LOGS = {
    "ES_APPLICATION_LOGS": "ApplicationLog",
    "SEARCH_SLOW_LOGS": "SlowSearches",
    "INDEX_SLOW_LOGS": "SlowWrites",
    "AUDIT_LOGS": "AuditLog",
}
CALLS = ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"]

_Domain = aws_opensearchservice.CfnDomain


class SearchStack(EnvironmentStack):
    """The domain, and the function that feeds it from every log group of the account.

    Rules: isolated subnets, a node in each of several zones; encrypted with the environment's key,
    between nodes, and on the way; every call signed, by one of two roles; its own logs kept.
    All in it is a copy: CloudWatch has the logs, and for longer.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        size: Search,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        domain_name = f"fleetcharge-{self.environment_name}"
        arn = self.format_arn(service="es", resource="domain", resource_name=domain_name)
        own_logs = self._own_logs(foundation)
        domain = self._domain(domain_name, size, own_logs, foundation)
        reader = self._reader(arn)
        feed = LogFeed(
            self,
            "Feed",
            domain=domain,
            domain_arn=arn,
            kept_days=size.kept_days,
            reader=reader.role_arn,
            left_out=list(own_logs.values()),
            foundation=foundation,
        )
        domain.advanced_security_options = _Domain.AdvancedSecurityOptionsInputProperty(
            enabled=True,
            internal_user_database_enabled=False,
            # It says how logs are kept, and who else may read.
            master_user_options=_Domain.MasterUserOptionsProperty(
                master_user_arn=feed.role.role_arn
            ),
        )
        self._let_call(domain, arn, feed.role, reader)
        SearchMonitoring(
            self,
            "Monitoring",
            domain_name=domain_name,
            volume_gib=size.volume_gib,
            alarms=foundation.observability.alarms,
        )
        CfnOutput(self, "SearchEndpoint", value=domain.attr_domain_endpoint)

    def _own_logs(self, foundation: Foundation) -> dict[str, EncryptedLogGroup]:
        groups = {
            kind: EncryptedLogGroup(
                self, name, key=foundation.secrets.key, removal_policy=self.data_removal
            )
            for kind, name in OWN_LOGS.items()
        }
        self._may_log = aws_logs.ResourcePolicy(
            self,
            "LogsPolicy",
            policy_statements=[
                aws_iam.PolicyStatement(
                    principals=[aws_iam.ServicePrincipal("es.amazonaws.com")],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[group.log_group_arn for group in groups.values()],
                    conditions={"StringEquals": {"aws:SourceAccount": self.account}},
                )
            ],
        )
        return groups

    def _domain(
        self,
        domain_name: str,
        size: Search,
        own_logs: dict[str, EncryptedLogGroup],
        foundation: Foundation,
    ) -> aws_opensearchservice.CfnDomain:
        network = foundation.network
        domain = _Domain(
            self,
            "Domain",
            domain_name=domain_name,
            engine_version=VERSION,
            cluster_config=_Domain.ClusterConfigProperty(
                instance_type=size.instances,
                instance_count=size.nodes,
                zone_awareness_enabled=True,
                zone_awareness_config=_Domain.ZoneAwarenessConfigProperty(
                    availability_zone_count=size.nodes
                ),
            ),
            ebs_options=_Domain.EBSOptionsProperty(
                ebs_enabled=True, volume_type="gp3", volume_size=size.volume_gib
            ),
            vpc_options=_Domain.VPCOptionsProperty(
                subnet_ids=network.vpc.select_subnets(subnet_type=ISOLATED.subnet_type).subnet_ids[
                    : size.nodes
                ],
                security_group_ids=[network.supporting.search.security_group_id],
            ),
            encryption_at_rest_options=_Domain.EncryptionAtRestOptionsProperty(
                enabled=True, kms_key_id=foundation.secrets.key.key_arn
            ),
            node_to_node_encryption_options=_Domain.NodeToNodeEncryptionOptionsProperty(
                enabled=True
            ),
            domain_endpoint_options=_Domain.DomainEndpointOptionsProperty(
                enforce_https=True, tls_security_policy="Policy-Min-TLS-1-2-PFS-2023-10"
            ),
            log_publishing_options={
                kind: _Domain.LogPublishingOptionProperty(
                    enabled=True, cloud_watch_logs_log_group_arn=group.log_group_arn
                )
                for kind, group in own_logs.items()
            },
            software_update_options=_Domain.SoftwareUpdateOptionsProperty(
                auto_software_update_enabled=True
            ),
        )
        domain.node.add_dependency(self._may_log)
        domain.apply_removal_policy(self.data_removal)
        acknowledge(
            domain,
            "OS4",
            because="Its logs are copies, and few nodes elect a master among them: three more "
            "would cost as much as the domain.",
            owner=Owner.PLATFORM,
        )
        return domain

    def _reader(self, domain_arn: str) -> aws_iam.Role:
        """What an administrator becomes to search: nobody else has a shell in the network."""
        administrator = self.format_arn(
            service="iam", region="", resource="role", resource_name=ROLES["administrator"]
        )
        role = aws_iam.Role(
            self,
            "Reader",
            role_name=f"fleetcharge-{self.environment_name}-log-reader",
            description="Searches the logs",
            assumed_by=aws_iam.AccountPrincipal(self.account).with_conditions(
                {"ArnEquals": {"aws:PrincipalArn": administrator}}
            ),
        )
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["es:ESHttpGet", "es:ESHttpPost"],
                resources=[f"{domain_arn}/logs/{what}" for what in ("_count", "_search")],
            )
        )
        return role

    @staticmethod
    def _let_call(domain: aws_opensearchservice.CfnDomain, arn: str, *roles: aws_iam.IRole) -> None:
        """Who may call at all; what each may do there, the domain itself decides."""
        domain.access_policies = aws_iam.PolicyDocument(
            statements=[
                aws_iam.PolicyStatement(
                    principals=[aws_iam.ArnPrincipal(role.role_arn) for role in roles],
                    actions=CALLS,
                    resources=[f"{arn}/*"],
                )
            ]
        )
        acknowledge(
            domain,
            "OS3",
            because="A domain in a network takes no rule of addresses: security groups are those.",
            owner=Owner.PLATFORM,
        )
