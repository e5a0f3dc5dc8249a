"""What service stacks build on."""

from dataclasses import dataclass

from stacks.common.auth import AuthStack
from stacks.common.cluster import ClusterStack
from stacks.common.data import DataStack
from stacks.common.network import NetworkStack
from stacks.common.observability import ObservabilityStack
from stacks.common.operations import OperationsStack
from stacks.common.queue import QueueStack
from stacks.common.secrets import SecretsStack
from stacks.common.zone import ZoneStack


@dataclass(frozen=True)
class Foundation:
    """The common stacks of one environment.

    What a service takes from them, CloudFormation reads when it deploys the service; it holds on to
    nothing. So no common stack's update or removal waits for a service.
    """

    secrets: SecretsStack
    observability: ObservabilityStack
    zone: ZoneStack | None
    """None: the environment has no domain."""
    network: NetworkStack
    queue: QueueStack
    data: DataStack
    auth: AuthStack
    cluster: ClusterStack
    operations: OperationsStack
