"""Database clusters that a stack creates are databases that run.

MiniStack's CloudFormation writes down a cluster and its instances with the address that AWS would
give them, and starts nothing: only its RDS API starts a database, with the first instance. A
secret and a task that were given the address then never connect. Here the API creates both, and
the database starts with its cluster, so that the address is known when the next resource asks.
"""

import socket
import threading
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds
from ministack.services.cloudformation import provisioners

from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.shapes import as_input

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]
_START_SECONDS = 60.0
_IDENTIFIER_LENGTH = 63


def mend(clients: ApiClients) -> None:
    """Calls the API, so both types must be provisioned off the event loop."""
    databases = _Databases(clients)
    cluster = provisioners._RESOURCE_HANDLERS["AWS::RDS::DBCluster"]
    cluster |= {"create": databases.create_cluster, "delete": databases.delete_cluster}
    instance = provisioners._RESOURCE_HANDLERS["AWS::RDS::DBInstance"]
    instance |= {"create": databases.create_instance, "delete": databases.delete_instance}


class _Databases:
    def __init__(self, clients: ApiClients) -> None:
        self._clients = clients
        self._starting = threading.Lock()

    def create_cluster(
        self, logical_id: str, properties: Properties, stack_name: str
    ) -> Provisioned:
        name = self._create(
            "CreateDBCluster", "DBClusterIdentifier", logical_id, properties, stack_name
        )
        cluster = rds._clusters[name]
        # Clusters of several accounts ask for the same port at once: a port is free until the
        # database listens on it.
        with self._starting:
            if rds._is_host_port_free(cluster["Port"]):
                cluster["_shared_host_port"] = cluster["Port"]
            if rds._start_cluster_shared_container(name, cluster).get("failed"):
                raise RuntimeError(f"the database of cluster {name} did not start")
        endpoint = cluster.get("_shared_endpoint")
        if cluster.get("_shared_container_id") and endpoint:
            _wait_for(endpoint["Address"], int(endpoint["Port"]))
            cluster |= {
                "_shared_container_ready": True,
                "Endpoint": endpoint["Address"],
                "ReaderEndpoint": endpoint["Address"],
                "Port": int(endpoint["Port"]),
            }
        return name, provisioners._rds_db_cluster_attrs(cluster)

    def create_instance(
        self, logical_id: str, properties: Properties, stack_name: str
    ) -> Provisioned:
        name = self._create(
            "CreateDBInstance", "DBInstanceIdentifier", logical_id, properties, stack_name
        )
        return name, provisioners._rds_db_instance_attrs(rds._instances[name])

    def delete_cluster(self, physical_id: str, _: Properties) -> None:
        client = self._client()
        client.delete_db_cluster(DBClusterIdentifier=physical_id, SkipFinalSnapshot=True)

    def delete_instance(self, physical_id: str, _: Properties) -> None:
        client = self._client()
        client.delete_db_instance(DBInstanceIdentifier=physical_id, SkipFinalSnapshot=True)

    def _create(
        self,
        operation: str,
        identifier: str,
        logical_id: str,
        properties: Properties,
        stack_name: str,
    ) -> str:
        client = self._client()
        given = as_input(
            client.meta.service_model.operation_model(operation).input_shape, properties
        )
        if identifier not in given:
            given[identifier] = provisioners._physical_name(
                stack_name, logical_id, lowercase=True, max_len=_IDENTIFIER_LENGTH
            )
        methods = {api: method for method, api in client.meta.method_to_api_mapping.items()}
        getattr(client, methods[operation])(**given)
        name: str = given[identifier]
        return name

    def _client(self) -> Any:
        return self._clients.client("rds", get_account_id(), get_region())


def _wait_for(host: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
