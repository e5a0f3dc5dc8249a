import pytest

from embedded.control_plane.schemas import ResourceSchemas
from embedded.control_plane.violations import violations

SCHEMAS = ResourceSchemas("eu-central-1")
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
VALID: dict[str, object] = {
    "MinCapacity": 1,
    "MaxCapacity": "4",
    "ResourceId": "service/shop",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ServiceNamespace": "ecs",
    "SuspendedState": {"ScheduledScalingSuspended": "true"},
}


def test_numbers_and_booleans_may_be_written_as_text() -> None:
    assert violations(SCHEMAS.schema(TARGET), VALID) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"MaxCapacity": "many"}, "Properties/MaxCapacity: 'many' is not of type 'integer'"),
        ({"Maximum": 4}, "'Maximum' was unexpected"),
        ({"SuspendedState": {"Paused": True}}, "Properties/SuspendedState: Additional"),
    ],
)
def test_each_violation_names_its_property(wrong: dict[str, object], said: str) -> None:
    [found] = violations(SCHEMAS.schema(TARGET), VALID | wrong)
    assert said in found


def test_a_missing_property_is_named() -> None:
    without = {name: value for name, value in VALID.items() if name != "ResourceId"}
    assert violations(SCHEMAS.schema(TARGET), without) == [
        "Properties: 'ResourceId' is a required property"
    ]


def test_every_schema_can_be_read() -> None:
    assert len(SCHEMAS.types) > 1000
    with pytest.raises(KeyError):
        SCHEMAS.schema("AWS::Fleet::Charger")
