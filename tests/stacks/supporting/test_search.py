"""The search domain, what feeds it, and who reads."""

import json

import pytest

from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Stack
from tests.stacks.supporting.wanted import with_supporting

pytestmark = with_supporting("search")


@pytest.fixture
def search(assembly: Assembly) -> Stack:
    return assembly["search"]


def test_the_domain_is_encrypted_everywhere_and_stands_where_nothing_leads_out(
    search: Stack,
) -> None:
    domain = search.only("AWS::OpenSearchService::Domain")
    assert domain["EncryptionAtRestOptions"]["Enabled"] is True
    assert "Key" in json.dumps(domain["EncryptionAtRestOptions"]["KmsKeyId"])
    assert domain["NodeToNodeEncryptionOptions"] == {"Enabled": True}
    assert domain["DomainEndpointOptions"]["EnforceHTTPS"] is True
    assert "TLS-1-2" in domain["DomainEndpointOptions"]["TLSSecurityPolicy"]
    assert domain["EBSOptions"]["VolumeType"] == "gp3"
    assert all("isolated" in json.dumps(one) for one in domain["VPCOptions"]["SubnetIds"])


def test_it_is_as_large_as_the_settings_say_and_loses_a_zone_without_loss(
    search: Stack, environment: Environment
) -> None:
    size = environment.supporting.search
    assert size is not None
    domain = search.only("AWS::OpenSearchService::Domain")
    cluster = domain["ClusterConfig"]
    assert (cluster["InstanceType"], cluster["InstanceCount"]) == (size.instances, size.nodes)
    assert cluster["ZoneAwarenessConfig"] == {"AvailabilityZoneCount": size.nodes}
    assert len(domain["VPCOptions"]["SubnetIds"]) == size.nodes
    assert domain["EBSOptions"]["VolumeSize"] == size.volume_gib


def test_only_two_roles_call_it_and_only_its_feed_is_its_master(search: Stack) -> None:
    domain = search.only("AWS::OpenSearchService::Domain")
    options = domain["AdvancedSecurityOptions"]
    assert (options["Enabled"], options["InternalUserDatabaseEnabled"]) == (True, False)
    feed = options["MasterUserOptions"]["MasterUserARN"]
    (statement,) = domain["AccessPolicies"]["Statement"]
    assert feed in statement["Principal"]["AWS"]
    assert len(statement["Principal"]["AWS"]) == 2


def test_every_log_group_of_the_account_is_fed_but_those_that_would_never_end(
    search: Stack,
) -> None:
    policy = search.only("AWS::Logs::AccountPolicy")
    assert policy["PolicyType"] == "SUBSCRIPTION_FILTER_POLICY"
    left_out = json.dumps(policy["SelectionCriteria"])
    assert "LogGroupName NOT IN [" in left_out
    for logical_id in search.of_type("AWS::Logs::LogGroup"):
        assert f'"Ref": "{logical_id}"' in left_out
    assert "DeviceLogs" in left_out


def test_what_fails_in_the_end_is_in_the_bucket(search: Stack) -> None:
    tries = search.only("AWS::Lambda::EventInvokeConfig")
    (bucket,) = search.of_type("AWS::S3::Bucket")
    destination = tries["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"Fn::GetAtt": [bucket, "Arn"]}
    assert (tries["MaximumRetryAttempts"], tries["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)


def test_what_was_not_taken_is_there_as_long_as_logs_are(
    search: Stack, environment: Environment
) -> None:
    rules = search.only("AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    expires = [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule]
    assert expires == [environment.log_retention_days]


def test_its_own_logs_are_kept(search: Stack) -> None:
    published = search.only("AWS::OpenSearchService::Domain")["LogPublishingOptions"]
    assert set(published) == {
        "ES_APPLICATION_LOGS",
        "SEARCH_SLOW_LOGS",
        "INDEX_SLOW_LOGS",
        "AUDIT_LOGS",
    }
    assert all(one["Enabled"] for one in published.values())


def test_nobody_reaches_it_but_the_feed_and_who_searches(assembly: Assembly) -> None:
    groups = assembly["network"].of_type("AWS::EC2::SecurityGroup")
    (domain,) = (name for name in groups if name.startswith("Search") and "Readers" not in name)
    rules = assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").values()
    into = [
        body["Properties"]
        for body in rules
        if body["Properties"]["GroupId"] == {"Fn::GetAtt": [domain, "GroupId"]}
    ]
    assert {(rule["FromPort"], rule["Description"]) for rule in into} == {
        (443, "The function that brings logs"),
        (443, "People who search"),
    }
