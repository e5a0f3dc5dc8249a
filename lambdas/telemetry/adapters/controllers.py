"""Which devices are solar controllers of sites, in the one table (keys: see `table`)."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.telemetry.domain.surplus import Controller

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION = "CONTROLLERS"


class AnotherCompanysError(Exception):
    """The device is a controller of another company."""


class ControllerTable:
    """A device is a controller of one site, of one company."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def assign(self, controller: Controller) -> None:
        """From now on; raises `AnotherCompanysError`."""
        self._change(
            self._client.put_item,
            controller.company,
            Item={
                **_key(controller.device_id),
                "site": {"S": controller.site_id},
                "company": {"S": controller.company},
            },
        )

    def release(self, device_id: str, company: str) -> None:
        """It is a controller no longer; raises `AnotherCompanysError`."""
        self._change(self._client.delete_item, company, Key=_key(device_id))

    def all(self) -> list[Controller]:
        """Of all companies."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :controllers",
            ExpressionAttributeValues={":controllers": {"S": _PARTITION}},
        )
        return [
            Controller(
                item["SK"]["S"].removeprefix("DEVICE#"), item["site"]["S"], item["company"]["S"]
            )
            for page in pages
            for item in page["Items"]
        ]

    def _change(self, change: Any, company: str, **what: Any) -> None:
        try:
            change(
                TableName=self._table,
                ConditionExpression="attribute_not_exists(PK) OR company = :company",
                ExpressionAttributeValues={":company": {"S": company}},
                **what,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise AnotherCompanysError("this device is not one of yours") from error


def _key(device_id: str) -> dict[str, Any]:
    return {"PK": {"S": _PARTITION}, "SK": {"S": f"DEVICE#{device_id}"}}
