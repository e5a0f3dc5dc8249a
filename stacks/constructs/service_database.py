"""A service's own database."""

import json

from aws_cdk import CustomResource, Duration, RemovalPolicy, aws_secretsmanager
from constructs import Construct

from stacks.common.foundation import Foundation
from stacks.common.operations import ROLE_SECRET_SUFFIX, SERVICE_DAY, rotate_monthly
from stacks.constructs.environment_stack import environment_stack


class ServiceDatabase(Construct):
    """A database in the environment's cluster, and the one role that may use it.

    Rules: the role owns this database and reaches no other; its password is made by Secrets
    Manager, changed every month and never seen; the database outlives its stack.
    """

    def __init__(
        self, scope: Construct, name: str, *, service: str, foundation: Foundation
    ) -> None:
        super().__init__(scope, name)
        stack = environment_stack(self)
        self.name = service
        self.role = aws_secretsmanager.Secret(
            self,
            "Role",
            secret_name=f"{stack.environment_name}/{service}/{ROLE_SECRET_SUFFIX}",
            description=f"Database role of {service}: username and password",
            encryption_key=foundation.secrets.key,
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"username": service}),
                generate_string_key="password",
                exclude_punctuation=True,
                password_length=40,
            ),
            # Kept, it would stand in the way of the stack's return, and it opens nothing alone.
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.made = CustomResource(
            self,
            "Database",
            resource_type="Custom::DatabaseRole",
            service_token=foundation.operations.database_role.function_arn,
            service_timeout=Duration.minutes(5),
            properties={"DatabaseName": service, "RoleSecretArn": self.role.secret_arn},
        )
        rotate_monthly(
            self, "Rotation", self.role, foundation.operations.rotation, day=SERVICE_DAY
        ).node.add_dependency(self.made)
