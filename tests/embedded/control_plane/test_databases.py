"""A cluster that a stack creates is a database that answers, at the address that the stack has."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Stack
from tests.embedded.machine.cloud import free_port, new_machine

pytestmark = pytest.mark.integration


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """With its containers, without which there is no database."""
    folder = tmp_path_factory.mktemp("databases")
    made = new_machine(folder)
    made.up()
    yield ControlPlane(folder, port=int(made.endpoint.rpartition(":")[2]))
    made.down()


def test_the_attached_secret_opens_the_database(machine: ControlPlane) -> None:
    generated = {
        "SecretStringTemplate": '{"username": "keeper"}',
        "GenerateStringKey": "password",
        "ExcludePunctuation": True,
    }
    password = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}
    types: dict[str, dict[str, Any]] = {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"GenerateSecretString": generated},
        },
        "Cluster": {
            "Type": "AWS::RDS::DBCluster",
            "Properties": {
                "Engine": "aurora-postgresql",
                "EngineVersion": "16.11",
                "Port": free_port(),
                "MasterUsername": "keeper",
                "MasterUserPassword": password,
                "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 1},
            },
            "DeletionPolicy": "Delete",
        },
        "Instance": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "Engine": "aurora-postgresql",
                "DBInstanceClass": "db.serverless",
                "DBClusterIdentifier": {"Ref": "Cluster"},
            },
        },
        "Attachment": {
            "Type": "AWS::SecretsManager::SecretTargetAttachment",
            "Properties": {
                "SecretId": {"Ref": "Secret"},
                "TargetId": {"Ref": "Cluster"},
                "TargetType": "AWS::RDS::DBCluster",
            },
        },
    }
    stack = Stack(machine, "database")
    assert stack.create(types, {"Secret": {"Ref": "Attachment"}}) == "CREATE_COMPLETE"
    secrets = machine.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=stack.outputs()["Secret"])["SecretString"]
    secret = json.loads(text)
    address = {"host": secret["host"], "port": secret["port"]}
    login = {"user": secret["username"], "password": secret["password"]}
    with psycopg.connect(**address, **login, dbname="postgres", sslmode="require") as connection:
        assert connection.execute("select current_user").fetchone() == ("keeper",)
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**address, **login, dbname="postgres", connect_timeout=5)
