"""The order in which one environment is composed."""

from aws_cdk import Environment as Place
from aws_cdk import Stage
from constructs import Construct

from stacks.common.auth import AuthStack
from stacks.common.cluster import ClusterStack
from stacks.common.data import DataStack
from stacks.common.foundation import Foundation
from stacks.common.network import NetworkStack
from stacks.common.observability import ObservabilityStack
from stacks.common.operations import OperationsStack
from stacks.common.queue import QueueStack
from stacks.common.secrets import SecretsStack
from stacks.environments import Company, Environment
from stacks.services.charging import ChargingStack


class EnvironmentStage(Stage):
    """One environment: the common stacks, then a stack for each service."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, company: Company
    ) -> None:
        super().__init__(
            scope, name, env=Place(account=environment.account, region=environment.region)
        )
        secrets = SecretsStack(self, "secrets", environment=environment)
        key = secrets.key
        observability = ObservabilityStack(self, "observability", environment=environment, key=key)
        alarms = observability.alarms
        network = NetworkStack(self, "network", environment=environment, key=key)
        queue = QueueStack(self, "queue", environment=environment, key=key, alarms=alarms)
        data = DataStack(self, "data", environment=environment, key=key, network=network)
        auth = AuthStack(self, "auth", environment=environment)
        cluster = ClusterStack(
            self,
            "cluster",
            environment=environment,
            key=key,
            network=network,
            access_logs=data.access_logs,
        )
        operations = OperationsStack(
            self,
            "operations",
            environment=environment,
            key=key,
            network=network,
            database=data.database,
        )
        foundation = Foundation(
            secrets=secrets,
            observability=observability,
            network=network,
            queue=queue,
            data=data,
            auth=auth,
            cluster=cluster,
            operations=operations,
        )
        ChargingStack(self, "charging", environment=environment, foundation=foundation)
