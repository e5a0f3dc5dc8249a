"""The environment's encryption key and the secrets that belong to no single program."""

import json

from aws_cdk import CfnOutput, aws_iam, aws_kms, aws_secretsmanager
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.alarm_topic import let_alarms_use
from stacks.constructs.backup_key import let_copy_backups
from stacks.constructs.encrypted_log_group import let_logs_use
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.event_notices import let_notices_use
from stacks.constructs.origin_keys import OriginKeys
from stacks.environments import Environment

COUNTERPART = "Somebody else holds its counterpart: people change both together."
"""The device cloud's console; stations, and commands that wait sealed; CloudFront."""


class SecretsStack(EnvironmentStack):
    """One key for everything that the environment keeps, and the shared secrets."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, backup_account: str
    ) -> None:
        super().__init__(scope, name, environment=environment)
        key = aws_kms.Key(
            self,
            "Key",
            alias=f"fleetcharge/{self.environment_name}",
            description=f"Everything that {self.environment_name} keeps",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        self._let_services_use(key)
        if environment.backups.copy_days:
            let_copy_backups(key, backup_account)
        # Others get the key as it is: what they grant goes into their own roles' policies.
        self.key = aws_kms.Key.from_key_arn(self, "KeyAsItIs", key.key_arn)
        self.webhook_token = aws_secretsmanager.Secret(
            self,
            "WebhookToken",
            description="What the device cloud sends as X-Webhook-Token with each document",
            encryption_key=self.key,
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                exclude_punctuation=True, password_length=48
            ),
            removal_policy=self.data_removal,
        )
        acknowledge(
            self.webhook_token,
            "SMG4",
            because=COUNTERPART,
            owner=Owner.SECURITY,
        )
        self.charging_keys = aws_secretsmanager.Secret(
            self,
            "ChargingKeys",
            description="What charging seals secrets with, and signs stations' certificates with",
            encryption_key=self.key,
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                exclude_punctuation=True,
                password_length=48,
                generate_string_key="sealing_key",
                # No certificate: no authority yet. People put it in: docs/station-security.md.
                secret_string_template=json.dumps(
                    {"station_authority_certificate": "", "station_authority_key": ""}
                ),
            ),
            removal_policy=self.data_removal,
        )
        acknowledge(
            self.charging_keys,
            "SMG4",
            because=COUNTERPART,
            owner=Owner.SECURITY,
        )
        self.origin_keys = OriginKeys(
            self,
            "OriginKeys",
            number=environment.origin_key,
            key=self.key,
            removal=self.data_removal,
        )
        acknowledge(self.origin_keys, "SMG4", because=COUNTERPART, owner=Owner.SECURITY)
        CfnOutput(self, "KeyArn", value=key.key_arn)

    def let_read_token(self, role: aws_iam.IRole) -> None:
        """Allow a program to read the webhook's token; functions have the key already."""
        role.add_to_principal_policy(
            aws_iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                resources=[self.webhook_token.secret_arn],
            )
        )

    def _let_services_use(self, key: aws_kms.Key) -> None:
        """AWS services that encrypt on their own account; programs are granted use one by one."""
        let_logs_use(key)
        let_alarms_use(key)
        let_notices_use(key)
