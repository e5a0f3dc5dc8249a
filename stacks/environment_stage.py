"""The order in which one environment is composed."""

from aws_cdk import Environment as Place
from aws_cdk import Stage, aws_kms
from constructs import Construct

from stacks.common.auth import AuthStack
from stacks.common.backup import BackupStack
from stacks.common.budget import BudgetStack
from stacks.common.cluster import ClusterStack
from stacks.common.data import DataStack, documents_lock, documents_name
from stacks.common.documents_copy import DocumentsCopyStack
from stacks.common.edge import EdgeStack
from stacks.common.edge_monitoring import EdgeMonitoringStack
from stacks.common.foundation import Foundation
from stacks.common.hosting import HostingStack
from stacks.common.monitoring import MonitoringStack
from stacks.common.network import NetworkStack
from stacks.common.observability import ObservabilityStack
from stacks.common.operations import OperationsStack
from stacks.common.queue import QueueStack
from stacks.common.rights import RightsStack
from stacks.common.roles import RolesStack
from stacks.common.secrets import SecretsStack
from stacks.common.zone import ZoneStack
from stacks.constructs.alarms import Alarms
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment, Fleet
from stacks.services.billing import BillingStack
from stacks.services.charging import ChargingStack
from stacks.services.telemetry import TelemetryStack
from stacks.supporting.broker import BrokerStack
from stacks.supporting.grafana import GrafanaStack
from stacks.supporting.metrics import MetricsStack
from stacks.supporting.search import SearchStack

ELSEWHERE = "a weak reference to another region orders nothing by itself"


class EnvironmentStage(Stage):
    """One environment: who may work in it, the common stacks, then a stack for each program.

    Every stack waits for the first two: roles and rights come before what they are for.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        environment = fleet.named()[name]
        super().__init__(
            scope, name, env=Place(account=environment.account, region=environment.region)
        )
        first: tuple[EnvironmentStack, ...] = (
            RolesStack(self, "roles", environment=environment, fleet=fleet),
            RightsStack(self, "rights", environment=environment),
        )
        foundation = self._foundation(environment, fleet)
        ChargingStack(self, "charging", environment=environment, foundation=foundation)
        BillingStack(
            self,
            "billing",
            environment=environment,
            company=fleet.company,
            foundation=foundation,
        )
        TelemetryStack(self, "telemetry", environment=environment, foundation=foundation)
        self._supporting(environment, foundation)
        BudgetStack(self, "budget", environment=environment)
        MonitoringStack(
            self,
            "monitoring",
            environment=environment,
            alarms=foundation.observability.alarms,
            cluster=foundation.cluster,
            data=foundation.data,
            queue=foundation.queue,
            key=foundation.secrets.key,
        )
        BackupStack(self, "backup", environment=environment, fleet=fleet, foundation=foundation)
        zone = foundation.zone
        edge = EdgeStack(self, "edge", environment=environment, zone=zone)
        if zone:
            edge.add_stack_dependency(zone, ELSEWHERE)
        hosting = HostingStack(
            self,
            "hosting",
            environment=environment,
            data=foundation.data,
            cluster=foundation.cluster,
            auth=foundation.auth,
            edge=edge,
            zone=zone,
            origin_keys=foundation.secrets.origin_keys,
        )
        hosting.add_stack_dependency(edge, ELSEWHERE)
        EdgeMonitoringStack(
            self,
            "edge-monitoring",
            environment=environment,
            edge=edge,
            distribution=hosting.distribution,
            runbooks=fleet.organization.runbooks,
        ).add_stack_dependency(hosting, ELSEWHERE)
        for stack in self.node.children:
            if isinstance(stack, EnvironmentStack) and stack not in first:
                for one in first:
                    stack.add_stack_dependency(one)

    def _foundation(self, environment: Environment, fleet: Fleet) -> Foundation:
        secrets = SecretsStack(
            self, "secrets", environment=environment, backup_account=fleet.accounts.backup
        )
        key = secrets.key
        observability = ObservabilityStack(
            self,
            "observability",
            environment=environment,
            key=key,
            runbooks=fleet.organization.runbooks,
        )
        alarms = observability.alarms
        zone = self._zone(environment, fleet.accounts.networking, key, alarms)
        network = NetworkStack(self, "network", environment=environment, key=key)
        data = DataStack(
            self,
            "data",
            environment=environment,
            key=key,
            network=network,
            documents_copy=self._documents_copy(environment, fleet.organization.backup_region),
        )
        cluster = ClusterStack(
            self,
            "cluster",
            environment=environment,
            key=key,
            network=network,
            access_logs=data.access_logs,
            zone=zone,
        )
        return Foundation(
            secrets=secrets,
            observability=observability,
            zone=zone,
            network=network,
            data=data,
            queue=QueueStack(self, "queue", environment=environment, key=key, alarms=alarms),
            auth=AuthStack(self, "auth", environment=environment),
            cluster=cluster,
            operations=OperationsStack(
                self,
                "operations",
                environment=environment,
                key=key,
                network=network,
                database=data.database,
                cluster=cluster,
                alarms=alarms,
            ),
        )

    def _zone(
        self, environment: Environment, networking: str, key: aws_kms.IKey, alarms: Alarms
    ) -> ZoneStack | None:
        if environment.domain is None:
            return None
        return ZoneStack(
            self,
            "zone",
            environment=environment,
            domain=environment.domain,
            networking=networking,
            key=key,
            alarms=alarms,
        )

    def _supporting(self, environment: Environment, foundation: Foundation) -> None:
        """What the environment turns on; nothing waits for any of it."""
        wanted = environment.supporting
        if wanted.metrics:
            MetricsStack(
                self,
                "metrics",
                environment=environment,
                size=wanted.metrics,
                foundation=foundation,
            )
        if wanted.search:
            SearchStack(
                self,
                "search",
                environment=environment,
                size=wanted.search,
                foundation=foundation,
            )
        files = foundation.data.grafana_files
        if files and environment.domain:
            GrafanaStack(
                self,
                "grafana",
                environment=environment,
                domain=environment.domain,
                files=files,
                foundation=foundation,
            )
        if wanted.broker:
            BrokerStack(self, "broker", environment=environment, foundation=foundation)

    def _documents_copy(self, environment: Environment, region: str) -> DocumentsCopyStack | None:
        if not environment.replicate_documents:
            return None
        return DocumentsCopyStack(
            self,
            "documents-copy",
            environment=environment,
            documents=documents_name(self.node.id, environment),
            region=region,
            lock=documents_lock(environment),
        )
