from typing import Any

import botocore.session
import pytest

from embedded.control_plane.shapes import UnmappedPropertyError, as_input


def _input(service: str, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
    model = botocore.session.Session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    return as_input(shape, properties)


def test_names_are_compared_without_case_and_scalars_converted() -> None:
    assert _input(
        "ecs",
        "RegisterTaskDefinition",
        {
            "Family": "shop",
            "Cpu": 256,
            "ContainerDefinitions": [
                {
                    "Name": "cart",
                    "Essential": "true",
                    "Secrets": [{"Name": "PASSWORD", "ValueFrom": "arn"}],
                    "PortMappings": [{"ContainerPort": "8080"}],
                    "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "g"}},
                }
            ],
        },
    ) == {
        "family": "shop",
        "cpu": "256",
        "containerDefinitions": [
            {
                "name": "cart",
                "essential": True,
                "secrets": [{"name": "PASSWORD", "valueFrom": "arn"}],
                "portMappings": [{"containerPort": 8080}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
            }
        ],
    }


def test_a_property_that_the_operation_lacks_is_named_not_lost() -> None:
    with pytest.raises(UnmappedPropertyError, match="ContainerDefinitions/0/Colour"):
        _input("ecs", "RegisterTaskDefinition", {"ContainerDefinitions": [{"Colour": "red"}]})


def test_a_scalar_of_another_kind_is_named() -> None:
    with pytest.raises(ValueError, match="RuleNumber: 'first' is no integer"):
        _input("ec2", "CreateNetworkAclEntry", {"RuleNumber": "first"})
