"""The log account and the trail that fills it."""

import json
import re

import pytest

from stacks.environments import Fleet
from tests.stacks.assembly import Assembly, Template

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"


def bucket(organization: Assembly, name: str) -> Template:
    (found,) = (
        body["Properties"]
        for body in organization["log"].of_type(BUCKET).values()
        if str(body["Properties"].get("BucketName")).startswith(f"fleetcharge-{name}")
    )
    properties: Template = found
    return properties


def policy(organization: Assembly, prefix: str) -> list[Template]:
    (found,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for id_, body in organization["log"].of_type(POLICY).items()
        if id_.startswith(prefix)
    )
    statements: list[Template] = found
    return statements


def delivered(statements: list[Template], service: str) -> Template:
    (found,) = (
        s
        for s in statements
        if s["Action"] == "s3:PutObject" and s["Principal"] == {"Service": service}
    )
    return found


def test_the_trail_s_bucket_is_locked_for_a_year(organization: Assembly, fleet: Fleet) -> None:
    trail = bucket(organization, "trail")
    assert trail["BucketName"] == f"fleetcharge-trail-{fleet.accounts.log}"
    assert trail["ObjectLockEnabled"] is True
    retention = trail["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": 366}
    assert trail["VersioningConfiguration"] == {"Status": "Enabled"}


def test_what_config_writes_is_copied_to_where_it_is_locked_for_a_year(
    organization: Assembly, fleet: Fleet
) -> None:
    archive = bucket(organization, "config-archive")
    retention = archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": 366}
    replication = bucket(organization, f"config-{fleet.accounts.log}")["ReplicationConfiguration"]
    (rule,) = replication["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    (copy,) = (
        id_
        for id_, body in organization["log"].of_type(BUCKET).items()
        if body["Properties"].get("BucketName") == archive["BucketName"]
    )
    assert rule["Destination"]["Bucket"] == {"Fn::GetAtt": [copy, "Arn"]}
    role = replication["Role"]["Fn::GetAtt"][0]
    asked = {
        action
        for prefix in ("ConfigHistory", "ConfigArchive")
        for statement in policy(organization, prefix)
        if statement["Principal"].get("AWS") == {"Fn::GetAtt": [role, "Arn"]}
        for action in statement["Action"]
    }
    assert {"s3:GetObjectVersionForReplication", "s3:ReplicateObject"} <= asked
    assert copy in str(table(organization, "configuration")["Parameters"])


def test_a_copy_that_fails_raises_an_alarm(organization: Assembly, fleet: Fleet) -> None:
    (alarm,) = (
        body["Properties"]
        for body in organization["log"].of_type("AWS::CloudWatch::Alarm").values()
        if body["Properties"]["Namespace"] == "AWS/S3"
    )
    names = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert names == {
        "SourceBucket": f"fleetcharge-config-{fleet.accounts.log}",
        "DestinationBucket": f"fleetcharge-config-archive-{fleet.accounts.log}",
        "RuleId": "history",
    }
    assert organization["log"].only("AWS::SNS::Subscription")["Endpoint"] == (
        fleet.organization.on_call
    )


def test_nobody_deletes_where_config_writes(organization: Assembly, fleet: Fleet) -> None:
    assert "ObjectLockEnabled" not in bucket(organization, f"config-{fleet.accounts.log}")
    (stays,) = (s for s in policy(organization, "ConfigHistory") if s.get("Sid") == "HistoryStays")
    assert stays["Effect"] == "Deny"
    assert stays["Principal"] == {"AWS": "*"}
    assert set(stays["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert "Condition" not in stays


@pytest.mark.parametrize("name", ["trail", "config-1", "config-archive", "queries"])
def test_logs_are_encrypted_with_the_log_key(organization: Assembly, name: str) -> None:
    (rule,) = bucket(organization, name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0].startswith(
        "Key"
    )


def test_only_the_organisation_s_trail_writes_to_its_bucket(
    organization: Assembly, fleet: Fleet
) -> None:
    writes = delivered(policy(organization, "TrailEvents"), "cloudtrail.amazonaws.com")
    management = fleet.accounts.management
    arn = f"arn:aws:cloudtrail:eu-central-1:{management}:trail/fleetcharge"
    assert writes["Condition"]["StringEquals"]["aws:SourceArn"] == arn
    places = json.dumps(writes["Resource"])
    assert f"/AWSLogs/{fleet.organization.id}/*" in places
    assert f"/AWSLogs/{management}/*" in places


def test_config_writes_for_the_organisation_only(organization: Assembly, fleet: Fleet) -> None:
    writes = delivered(policy(organization, "ConfigHistory"), "config.amazonaws.com")
    assert writes["Condition"]["StringEquals"]["aws:SourceOrgID"] == fleet.organization.id


def test_the_trail_sees_every_account_and_region(organization: Assembly, fleet: Fleet) -> None:
    trail = organization["trail"].only("AWS::CloudTrail::Trail")
    for property_ in (
        "EnableLogFileValidation",
        "IncludeGlobalServiceEvents",
        "IsLogging",
        "IsMultiRegionTrail",
        "IsOrganizationTrail",
    ):
        assert trail[property_] is True, property_
    assert trail["S3BucketName"] == bucket(organization, "trail")["BucketName"]
    alias = organization["log"].only("AWS::KMS::Alias")["AliasName"]
    assert trail["KMSKeyId"] == f"arn:aws:kms:eu-central-1:{fleet.accounts.log}:{alias}"
    assert "log" in organization["trail"].needs


def table(organization: Assembly, name: str) -> Template:
    (found,) = (
        body["Properties"]["TableInput"]
        for body in organization["log"].of_type("AWS::Glue::Table").values()
        if body["Properties"]["TableInput"]["Name"] == name
    )
    properties: Template = found
    return properties


@pytest.mark.parametrize(
    ("name", "path", "first_day"),
    [
        ("events", "/AWSLogs/{org}/${{account}}/CloudTrail/${{region}}/${{day}}", "2026/01/01"),
        ("configuration", "/AWSLogs/${{account}}/Config/${{region}}/${{day}}", "2026/1/1"),
    ],
)
def test_a_table_knows_every_account_and_region_and_where_files_lie(
    organization: Assembly, fleet: Fleet, name: str, path: str, first_day: str
) -> None:
    asked = table(organization, name)
    parameters = asked["Parameters"]
    numbers = {number for _, number in fleet.accounts}
    numbers |= {environment.account for environment in fleet.named().values()}
    assert set(parameters["projection.account.values"].split(",")) == numbers
    asked_for = set(parameters["projection.region.values"].split(","))
    assert asked_for > set(fleet.regions())
    assert "ap-south-1" in asked_for, "what is refused elsewhere would not be found"
    place = json.dumps(parameters["storage.location.template"])
    assert path.format(org=fleet.organization.id) in place
    assert parameters["projection.day.range"] == f"{first_day},NOW"
    assert [key["Name"] for key in asked["PartitionKeys"]] == ["account", "region", "day"]


def test_every_question_asks_a_table_for_columns_that_it_has(organization: Assembly) -> None:
    queries = [
        q["Properties"] for q in organization["log"].of_type("AWS::Athena::NamedQuery").values()
    ]
    assert {q["Name"] for q in queries} == {
        "break glass",
        "configuration changes",
        "deletions",
        "denied",
        "identity changes",
        "resources deleted",
        "root",
    }
    for query in queries:
        text = query["QueryString"]
        asked = re.search(rf"FROM {query['Database']}\.(\w+)", text)
        assert asked, query["Name"]
        columns = {
            c["Name"]: c["Type"]
            for c in table(organization, asked[1])["StorageDescriptor"]["Columns"]
        }
        selected = text.split("SELECT")[1].split("FROM")[0].replace("count(*) AS times", "")
        names = {name.strip() for name in selected.split(",")} - {""}
        fields = {name.removeprefix("item.") for name in names if name.startswith("item.")}
        for field in fields:
            assert f"{field}:string" in columns["configurationitems"], query["Name"]
        rest = {name.split(".")[0] for name in names - {f"item.{field}" for field in fields}}
        assert rest <= set(columns), query["Name"]
        assert re.search(r"WHERE day (>=|IN)", text), query["Name"]
        assert query["Description"]
        assert not query["Description"].startswith("--")


def test_fields_of_items_keep_their_names_and_keys_of_tags_their_case(
    organization: Assembly,
) -> None:
    read_by = table(organization, "configuration")["StorageDescriptor"]["SerdeInfo"]
    parameters = read_by["Parameters"]
    assert parameters["case.insensitive"] == "false"
    assert parameters["mapping.configurationitems"] == "configurationItems"
    assert parameters["mapping.arn"] == "ARN"
    (items,) = (
        c["Type"]
        for c in table(organization, "configuration")["StorageDescriptor"]["Columns"]
        if c["Name"] == "configurationitems"
    )
    fields = set(re.findall(r"(\w+):string", items))
    assert fields == {key.removeprefix("mapping.") for key in parameters} - {
        *("case.insensitive", "fileversion", "configurationitems")
    }


def test_a_question_cannot_read_without_limit(organization: Assembly) -> None:
    settings = organization["log"].only("AWS::Athena::WorkGroup")["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["BytesScannedCutoffPerQuery"] == 100_000_000_000
    encryption = settings["ResultConfiguration"]["EncryptionConfiguration"]
    assert encryption["EncryptionOption"] == "SSE_KMS"


def test_cloudwatch_may_tell_of_the_break_glass_role(organization: Assembly) -> None:
    policy = organization["trail"].only("AWS::SNS::TopicPolicy")["PolicyDocument"]
    (allowed,) = (one for one in policy["Statement"] if one["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"


def test_the_trail_s_key_serves_services_for_this_account_only(organization: Assembly) -> None:
    statements = organization["trail"].only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    services = {s["Principal"]["Service"]: s for s in statements if "Service" in s["Principal"]}
    assert set(services) == {
        *("logs.eu-central-1.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"),
    }
    for statement in services.values():
        assert "100000000010" in json.dumps(statement["Condition"])
