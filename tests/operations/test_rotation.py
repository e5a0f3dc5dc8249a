"""The deployed handler as Secrets Manager calls it: secrets, PostgreSQL and ECS, all at once."""

import importlib
import json
import sys
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.operations.cluster import Cluster, is_verified, signed_in

pytestmark = pytest.mark.integration

MODULE = "lambdas.operations.rotation"
TOKEN = "11111111-2222-3333-4444-555555555555"


@mock_aws
def test_the_four_steps_bring_a_new_password_into_force_and_start_the_service_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    cluster.make()
    secrets, ecs = boto3.client("secretsmanager"), boto3.client("ecs")
    arns = {
        name: secrets.create_secret(Name=name, SecretString=text)["ARN"]
        for name, text in cluster.secrets.items()
    }
    ecs.create_cluster(clusterName="ours")
    ecs.register_task_definition(family="charging", containerDefinitions=[])
    ecs.create_service(cluster="ours", serviceName="charging", taskDefinition="charging")
    monkeypatch.setenv("ADMINISTRATOR_SECRET_ARN", arns["chief"])
    monkeypatch.setenv("CLUSTER_NAME", "ours")
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    module = importlib.import_module(MODULE)
    started_again: list[dict[str, Any]] = []
    module._ecs.meta.events.register(
        "provide-client-params.ecs.UpdateService",
        lambda params, **_: started_again.append(dict(params)),
    )
    kept = module._SecretsManager.stages
    # Secrets Manager stages the empty version before it calls; moto knows no empty versions.
    monkeypatch.setattr(
        module._SecretsManager, "stages", lambda *of: {TOKEN: ["AWSPENDING"], **kept(*of)}
    )

    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"Step": step, "SecretId": arns["role"], "ClientRequestToken": TOKEN}
        module.handler(event, None)

    in_force = secrets.get_secret_value(SecretId=arns["role"], VersionStage="AWSCURRENT")
    current = json.loads(in_force["SecretString"])
    assert current["username"] == "charging_second"
    with signed_in(cluster, "postgres", "postgres") as connection:
        row = connection.execute(
            "select rolpassword from pg_authid where rolname = 'charging_second'"
        ).fetchone()
    assert row is not None
    assert is_verified(current["password"], row[0])
    assert started_again == [{"cluster": "ours", "service": "charging", "forceNewDeployment": True}]
