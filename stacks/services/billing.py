"""The billing program: consumer of session events and REST API."""

from aws_cdk import CfnOutput, aws_ecs
from constructs import Construct

from contracts import routes
from contracts.settings import BillingSettings
from stacks.common.foundation import Foundation
from stacks.common.network import API_PORT
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.load_balanced_service import Entrance, LoadBalancedService
from stacks.constructs.queue_scaling import QueueScaling
from stacks.constructs.service_database import ServiceDatabase
from stacks.environments import Company, Environment


class BillingStack(EnvironmentStack):
    """Keeps a record for each session, closes months, issues invoices."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        company: Company,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        data = foundation.data
        database = ServiceDatabase(self, "Database", service="billing", foundation=foundation)
        billing = LoadBalancedService(
            self,
            "Billing",
            foundation=foundation,
            program=BillingSettings,
            settings={
                "environment": self.environment_name,
                "database_host": data.database.host,
                "database_port": data.database.port,
                "database_name": database.name,
                "session_events_queue_url": foundation.queue.session_events.queue.queue_url,
                "documents_bucket": data.documents.bucket_name,
                "user_pool_id": foundation.auth.user_pool.user_pool_id,
                "operator_client_id": foundation.auth.operator_client.user_pool_client_id,
                "api_port": str(API_PORT),
                "seller_name": company.name,
                "seller_street": company.street,
                "seller_postal_code": company.postal_code,
                "seller_city": company.city,
                "seller_country": company.country,
                "seller_vat_id": company.vat_id,
                "seller_iban": company.iban,
                "log_level": "INFO",
                "traced_share": str(environment.traced_share),
            },
            secrets={
                "database_username": aws_ecs.Secret.from_secrets_manager(database.role, "username"),
                "database_password": aws_ecs.Secret.from_secrets_manager(database.role, "password"),
            },
            size=environment.billing,
            entrances=[Entrance("Api", routes.BILLING_API, API_PORT, priority=200)],
        )
        billing.service.node.add_dependency(database)
        QueueScaling(
            self, "QueueScaling", service=billing, queue=foundation.queue.session_events.queue
        )
        role = billing.task.task_role
        foundation.queue.session_events.let_receive(role)
        data.let_keep_documents(role)
        CfnOutput(self, "DocumentsBucketName", value=data.documents.bucket_name)
