"""The charging program: OCPP gateway and REST API."""

from aws_cdk import aws_ecs, aws_iam, aws_secretsmanager
from constructs import Construct

from contracts import routes
from contracts.partners import clients_told
from contracts.settings import ChargingSettings
from stacks.common.foundation import Foundation
from stacks.common.network import API_PORT, GATEWAY_PORT
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.load_balanced_service import Entrance, LoadBalancedService
from stacks.constructs.service_database import ServiceDatabase
from stacks.environments import Environment, PlugAndCharge
from stacks.services.charging_monitoring import ChargingMonitoring

DRAIN_SECONDS = 30
"""Over which a task that is to end sends its stations on."""
UNTIL_IT_KNOWS = 20
"""Seconds, at the most, until a task that is to end has heard of it, for it asks every 5, and until
the last of its stations has the answer that it waits for."""


class ChargingStack(EnvironmentStack):
    """Takes stations' sockets and people's requests, and publishes session events.

    It scales by its processor, not by its sockets: a station's message costs about 1 ms of it, an
    idle socket 19 KiB of memory (measured, docs/charging-figures.md), so the processor is used up
    first.
    """

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, foundation: Foundation
    ) -> None:
        super().__init__(scope, name, environment=environment)
        database = ServiceDatabase(self, "Database", service="charging", foundation=foundation)
        charging = LoadBalancedService(
            self,
            "Charging",
            foundation=foundation,
            program=ChargingSettings,
            settings={
                "environment": self.environment_name,
                "database_host": foundation.data.database.host,
                "database_port": foundation.data.database.port,
                "database_name": database.name,
                "session_events_queue_url": foundation.queue.session_events.queue.queue_url,
                "site_surplus_queue_url": foundation.queue.site_surplus.queue.queue_url,
                "user_pool_id": foundation.auth.user_pool.user_pool_id,
                "operator_client_id": foundation.auth.operator_client.user_pool_client_id,
                "driver_client_id": foundation.auth.driver_client.user_pool_client_id,
                "gateway_port": str(GATEWAY_PORT),
                "api_port": str(API_PORT),
                "log_level": "INFO",
                "drain_seconds": str(DRAIN_SECONDS),
                "traced_share": str(environment.traced_share),
                **_machines(environment, foundation),
                **_verifying(foundation),
                **_asked(environment.plug_and_charge),
            },
            secrets={
                "database_username": aws_ecs.Secret.from_secrets_manager(database.role, "username"),
                "database_password": aws_ecs.Secret.from_secrets_manager(database.role, "password"),
                **{
                    key: aws_ecs.Secret.from_secrets_manager(foundation.secrets.charging_keys, key)
                    for key in (
                        "sealing_key",
                        "station_authority_certificate",
                        "station_authority_key",
                    )
                },
                **self._token(environment.plug_and_charge, foundation),
            },
            size=environment.charging,
            entrances=[
                Entrance(
                    "Gateway",
                    routes.OCPP,
                    GATEWAY_PORT,
                    priority=100,
                    for_stations=True,
                    hung_up_after=UNTIL_IT_KNOWS + DRAIN_SECONDS,
                ),
                Entrance("Api", routes.CHARGING_API, API_PORT, priority=110),
            ],
        )
        charging.service.node.add_dependency(database)
        foundation.queue.session_events.let_send(charging.task.task_role)
        foundation.queue.site_surplus.let_receive(charging.task.task_role)
        _let_see_its_end(charging.task.task_role, foundation.cluster.cluster)
        if foundation.cluster.stations:
            foundation.cluster.stations.let_revoke(charging.task.task_role)
        ChargingMonitoring(
            self,
            "Metrics",
            alarms=foundation.observability.alarms,
            monitoring=charging.monitoring,
        )

    def _token(
        self, plug_and_charge: PlugAndCharge, foundation: Foundation
    ) -> dict[str, aws_ecs.Secret]:
        if plug_and_charge.contract_certificates_token_arn is None:
            return {}
        token = aws_secretsmanager.Secret.from_secret_attributes(
            self,
            "ContractCertificatesToken",
            secret_complete_arn=plug_and_charge.contract_certificates_token_arn,
            encryption_key=foundation.secrets.key,
        )
        return {"contract_certificates_token": aws_ecs.Secret.from_secrets_manager(token)}


def _let_see_its_end(role: aws_iam.IRole, cluster: aws_ecs.Cluster) -> None:
    """Tasks are told apart by nothing but an id that ECS makes up: 32 characters."""
    role.add_to_principal_policy(
        aws_iam.PolicyStatement(
            actions=["ecs:DescribeTasks"],
            resources=[cluster.arn_for_tasks("?" * 32)],
            conditions={"ArnEquals": {"ecs:cluster": cluster.cluster_arn}},
        )
    )


def _machines(environment: Environment, foundation: Foundation) -> dict[str, str]:
    """Whose machines may call, where there are any."""
    companies = {
        client.user_pool_client_id: environment.partners[name].company
        for name, client in foundation.auth.partner_clients.items()
    }
    return {"partner_clients": clients_told(companies)} if companies else {}


def _verifying(foundation: Foundation) -> dict[str, str]:
    """Where the load balancer has its addresses, and what it verifies clients by, if it does."""
    if foundation.cluster.stations is None:
        return {}
    return {
        "client_verifying_networks": ",".join(foundation.network.public_ranges),
        "station_trust_store_arn": foundation.cluster.stations.trust_store_arn,
        "station_revocations": foundation.cluster.stations.revocations,
    }


def _asked(plug_and_charge: PlugAndCharge) -> dict[str, str]:
    """Whom it may ask for the certificates of vehicles."""
    asked = {
        "ocsp_hosts": ",".join(plug_and_charge.ocsp_hosts),
        "contract_authorities": plug_and_charge.contract_authorities or "",
        "contract_certificates_url": plug_and_charge.contract_certificates_url or "",
    }
    return {name: value for name, value in asked.items() if value}
