"""The function behind ``Custom::ZoneDelegation``; made once for each cold start.

The zone above stands in another account. There a role may be taken that writes name servers for
this environment's name and nothing else, and a parameter says which zone it is.
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import boto3
import msgspec
from aws_lambda_powertools import Logger

from contracts.settings import ZoneDelegationSettings
from lambdas.operations.custom_resource import CustomResource, put

if TYPE_CHECKING:
    from mypy_boto3_route53.client import Route53Client
    from mypy_boto3_route53.type_defs import ChangeTypeDef, ResourceRecordSetOutputTypeDef

NOT_DELEGATED = "not delegated"
"""Physical id of what failed when it was to be made: with it nothing is taken back."""
TTL_S = 300
"""A zone that is made again has other name servers: resolvers hear of it within minutes."""
LEFT_BY_CERTIFICATES = "CNAME"
"""Each certificate's proof of the name stays in the zone when the certificate goes."""

_settings = ZoneDelegationSettings.from_environment(os.environ)
_sts = boto3.client("sts")
_route53 = boto3.client("route53")
_logger = Logger(service="zone-delegation")


class Properties(msgspec.Struct, frozen=True, rename="pascal"):
    """The properties of the custom resource."""

    zone_id: str
    zone_name: str
    name_servers: list[str]


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 — Lambda's form
    """Answer a request of CloudFormation."""
    CustomResource(_delegate, lambda _: NOT_DELEGATED, _logger, put, remove=_take_back).handle(
        event
    )


def _delegate(properties: Mapping[str, Any]) -> str:
    """The zone above names this zone's servers from now on."""
    asked = msgspec.convert(properties, Properties)
    route53, above = _zone_above()
    route53.change_resource_record_sets(
        HostedZoneId=above, ChangeBatch={"Changes": [_name_servers("UPSERT", asked)]}
    )
    return asked.zone_name


def _take_back(physical_id: str, properties: Mapping[str, Any]) -> None:
    """The zone above names them no more; and the zone is emptied, or it could not be deleted."""
    if physical_id == NOT_DELEGATED:
        return
    asked = msgspec.convert(properties, Properties)
    route53, above = _zone_above()
    try:
        route53.change_resource_record_sets(
            HostedZoneId=above, ChangeBatch={"Changes": [_name_servers("DELETE", asked)]}
        )
    except route53.exceptions.InvalidChangeBatch as error:
        # Taken back already, or delegated to another zone meanwhile.
        _logger.warning("the zone above says otherwise", extra={"answer": str(error)})
    for record in list(_left_in(asked.zone_id)):
        _route53.change_resource_record_sets(
            HostedZoneId=asked.zone_id,
            ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]},
        )


def _zone_above() -> "tuple[Route53Client, str]":
    """Its id, and a client that may write these name servers there."""
    taken = _sts.assume_role(
        RoleArn=_settings.delegating_role_arn, RoleSessionName="zone-delegation"
    )["Credentials"]
    session = boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )
    parameter = session.client("ssm").get_parameter(Name=_settings.zone_above_parameter)
    return session.client("route53"), parameter["Parameter"]["Value"]


def _name_servers(action: Literal["UPSERT", "DELETE"], asked: Properties) -> "ChangeTypeDef":
    return {
        "Action": action,
        "ResourceRecordSet": {
            "Name": asked.zone_name,
            "Type": "NS",
            "TTL": TTL_S,
            "ResourceRecords": [{"Value": server} for server in asked.name_servers],
        },
    }


def _left_in(zone_id: str) -> "Iterator[ResourceRecordSetOutputTypeDef]":
    pages = _route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    for page in pages:
        for record in page["ResourceRecordSets"]:
            if record["Type"] == LEFT_BY_CERTIFICATES:
                yield record
