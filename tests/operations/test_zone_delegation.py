"""The zone above names an environment's servers for as long as its zone stands."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.operations.answers import listening

if TYPE_CHECKING:
    from mypy_boto3_route53.client import Route53Client

MODULE = "lambdas.operations.zone_delegation"
NETWORKING = "100000000013"
ROLE = f"arn:aws:iam::{NETWORKING}:role/fleetcharge-delegates-dev"
PARAMETER = "/fleetcharge/company-zone"
NAME = "dev.fleetcharge.example"
SERVERS = ["ns-1.example", "ns-2.example"]

Ask = Callable[..., dict[str, str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Runs the function, cold, and says what CloudFormation is answered."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("DELEGATING_ROLE_ARN", ROLE)
    monkeypatch.setenv("ZONE_ABOVE_PARAMETER", PARAMETER)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    with mock_aws(), listening() as (url, received):
        handler = importlib.import_module(MODULE).handler

        def run(request: str, zone: str, physical_id: str = NAME, **other: Any) -> dict[str, str]:
            event: dict[str, Any] = {
                "RequestType": request,
                "ResponseURL": url,
                "StackId": "s",
                "RequestId": "r-1",
                "LogicalResourceId": "NameServers",
                **({} if request == "Create" else {"PhysicalResourceId": physical_id}),
                "ResourceProperties": {
                    "ZoneId": zone,
                    "ZoneName": NAME,
                    "NameServers": SERVERS,
                    **other,
                },
            }
            handler(event, None)
            answer: dict[str, str] = json.loads(received[-1][2])
            return answer

        yield run


class Networking:
    """The account of the zone above."""

    def __init__(self) -> None:
        taken = boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test")
        session = boto3.Session(
            taken["Credentials"]["AccessKeyId"],
            taken["Credentials"]["SecretAccessKey"],
            taken["Credentials"]["SessionToken"],
        )
        self._route53: Route53Client = session.client("route53")
        self._zone = new_zone(self._route53, "fleetcharge.example")
        session.client("ssm").put_parameter(Name=PARAMETER, Value=self._zone, Type="String")

    def delegated(self) -> list[str]:
        """To which servers the name is."""
        return records(self._route53, self._zone).get((f"{NAME}.", "NS"), [])


@pytest.fixture
def networking(ask: Ask) -> Networking:
    return Networking()


@pytest.fixture
def zone(ask: Ask) -> str:
    """The environment's, empty."""
    return new_zone(boto3.client("route53"), NAME)


def new_zone(route53: "Route53Client", name: str) -> str:
    made = route53.create_hosted_zone(Name=name, CallerReference=name)
    return made["HostedZone"]["Id"].rpartition("/")[2]


def records(route53: "Route53Client", zone: str) -> dict[tuple[str, str], list[str]]:
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {
        (one["Name"], one["Type"]): [r["Value"] for r in one["ResourceRecords"]] for one in listed
    }


def add(zone: str, name: str, kind: Any, value: str) -> None:
    record: Any = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    boto3.client("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )


def test_the_zone_above_names_the_servers_in_its_own_account(
    ask: Ask, networking: Networking, zone: str
) -> None:
    answer = ask("Create", zone)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", NAME)
    assert networking.delegated() == SERVERS


def test_to_be_asked_again_changes_nothing_and_other_servers_come_instead(
    ask: Ask, networking: Networking, zone: str
) -> None:
    for _ in range(2):
        assert ask("Create", zone)["Status"] == "SUCCESS"
    assert networking.delegated() == SERVERS
    assert ask("Update", zone, NameServers=["ns-3.example"])["Status"] == "SUCCESS"
    assert networking.delegated() == ["ns-3.example"]


def test_a_zone_that_goes_is_named_no_more_and_can_be_deleted(
    ask: Ask, networking: Networking, zone: str
) -> None:
    ask("Create", zone)
    add(zone, f"_proof.{NAME}", "CNAME", "_acm.example")
    for _ in range(2):  # delivered again
        assert ask("Delete", zone)["Status"] == "SUCCESS"
    assert networking.delegated() == []
    left = records(boto3.client("route53"), zone)
    assert {kind for _, kind in left} <= {"NS", "SOA"}


def test_a_record_that_some_stack_still_has_stays(
    ask: Ask, networking: Networking, zone: str
) -> None:
    ask("Create", zone)
    add(zone, NAME, "A", "198.51.100.1")
    ask("Delete", zone)
    assert (f"{NAME}.", "A") in records(boto3.client("route53"), zone)


def test_without_the_zone_above_it_fails_and_is_rolled_back(ask: Ask, zone: str) -> None:
    answer = ask("Create", zone)
    assert answer["Status"] == "FAILED"
    assert "ParameterNotFound" in answer["Reason"]
    made = answer["PhysicalResourceId"]
    assert ask("Delete", zone, physical_id=made)["Status"] == "SUCCESS"
