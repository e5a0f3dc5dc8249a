"""Properties that MiniStack's CloudFormation drops though its services have them.

Each is put by an operation of the service's own. Without its tags, a bucket that CDK promised to
empty is refused by the function that would; the others are what an audit asks for, and what a table
needs for its items to grow old. Objects do not, so rules of a life cycle are only told.
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from embedded.control_plane.api_resources import ApiClients
from embedded.control_plane.mends.bucket_configurations import BUCKET
from embedded.control_plane.mends.configuration import Configurable, Configuration

Properties = dict[str, Any]


def _encryption_of_table(value: Properties) -> Properties:
    shaped = {**value, "Enabled": value["SSEEnabled"]}
    del shaped["SSEEnabled"]
    return shaped


def _key_of_topic(value: str) -> Properties:
    return {"AttributeName": "KmsMasterKeyId", "AttributeValue": value}


CONFIGURABLE: dict[str, Configurable] = {
    "AWS::DynamoDB::Table": Configurable(
        "dynamodb",
        "TableName",
        {
            "TimeToLiveSpecification": Configuration(
                "update_time_to_live",
                "TimeToLiveSpecification",
                without=lambda old: {**old, "Enabled": False},
            ),
            "PointInTimeRecoverySpecification": Configuration(
                "update_continuous_backups",
                "PointInTimeRecoverySpecification",
                without=lambda _: {"PointInTimeRecoveryEnabled": False},
            ),
            "SSESpecification": Configuration(
                "update_table",
                "SSESpecification",
                _encryption_of_table,
                without=lambda _: {"Enabled": False},
            ),
        },
    ),
    "AWS::Lambda::Function": Configurable(
        "lambda",
        "FunctionName",
        {
            "VpcConfig": Configuration(
                "update_function_configuration",
                "VpcConfig",
                without=lambda _: {"SubnetIds": [], "SecurityGroupIds": []},
            ),
            "KmsKeyArn": Configuration(
                "update_function_configuration", "KMSKeyArn", without=lambda _: ""
            ),
        },
    ),
    "AWS::S3::Bucket": BUCKET,
    "AWS::SNS::Topic": Configurable(
        "sns",
        "TopicArn",
        {
            "KmsMasterKeyId": Configuration(
                "set_topic_attributes", None, _key_of_topic, without=lambda _: _key_of_topic("")
            )
        },
    ),
}


def mend(clients: ApiClients) -> None:
    """Calls the API, so these types must be provisioned off the event loop."""
    for resource_type, configurable in CONFIGURABLE.items():
        _configure(provisioners._RESOURCE_HANDLERS[resource_type], configurable, clients)


def _configure(handler: Properties, configurable: Configurable, clients: ApiClients) -> None:
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        _apply(name, {}, properties)
        return name, attributes

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Any:
        name, attributes = update(physical_id, old, new, *rest)
        _apply(name, old if name == physical_id else {}, new)
        return name, attributes

    def _apply(name: str, old: Properties, new: Properties) -> None:
        api = clients.client(configurable.service, get_account_id(), get_region())
        configurable.apply(api, name, old, new)

    handler["create"], handler["update"] = created, updated
