"""The function that Secrets Manager calls to change a password; made once for each cold start."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from contracts.settings import RotationSettings
from lambdas.operations.password_rotation import CURRENT, PENDING, PasswordRotation

_settings = RotationSettings.from_environment(os.environ)
_logger = Logger(service="rotation")
_ecs = boto3.client("ecs")


class _SecretsManager:
    """Secrets Manager as `PasswordRotation` asks it."""

    def __init__(self) -> None:
        self._client = boto3.client("secretsmanager")

    def stages(self, arn: str) -> Mapping[str, list[str]]:
        described = self._client.describe_secret(SecretId=arn)
        versions: dict[str, list[str]] = described["VersionIdsToStages"]
        return versions

    def read(self, arn: str, stage: str) -> str:
        text: str = self._client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
        return text

    def holds(self, arn: str, version: str) -> bool:
        try:
            self._client.get_secret_value(SecretId=arn, VersionId=version, VersionStage=PENDING)
        except self._client.exceptions.ResourceNotFoundException:
            return False
        return True

    def put_pending(self, arn: str, version: str, text: str) -> None:
        self._client.put_secret_value(
            SecretId=arn, ClientRequestToken=version, SecretString=text, VersionStages=[PENDING]
        )

    def promote(self, arn: str, version: str, instead_of: str) -> None:
        self._client.update_secret_version_stage(
            SecretId=arn,
            VersionStage=CURRENT,
            MoveToVersionId=version,
            RemoveFromVersionId=instead_of,
        )


def _start_again(service: str) -> None:
    """As a deployment does it: new tasks first, and back if they are not well."""
    _ecs.update_service(cluster=_settings.cluster_name, service=service, forceNewDeployment=True)


_rotation = PasswordRotation(_settings.administrator_secret_arn, _SecretsManager(), _start_again)


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 — Lambda's
    """Do the step that Secrets Manager asks for."""
    step, arn = event["Step"], event["SecretId"]
    _rotation.step(step, arn, event["ClientRequestToken"])
    _logger.info("rotation went on", step=step, secret=arn)
