"""What a template says of a resource its service tells; no longer once the template does not."""

import json
import string
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration

KEY = "arn:aws:kms:eu-central-1:111122223333:key/8d0f8a35-52a6-4bb4-a4c5-6d5a9a4b7a5e"


def test_a_bucket_keeps_its_tags(control_plane: ControlPlane) -> None:
    stack, s3 = Stack(control_plane, "bucket"), control_plane.client("s3")
    tags = [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]
    bucket = resources_of({"Bucket": ("S3::Bucket", {"Tags": tags})})
    assert stack.create(bucket) == "CREATE_COMPLETE"
    name = stack.physical_id("Bucket")
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    bucket["Bucket"]["Properties"] = {}
    assert stack.update(bucket) == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=name)


def test_a_bucket_is_configured_as_its_template_says(control_plane: ControlPlane) -> None:
    by_kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop"}
    lock = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 7}}}
    properties: dict[str, Any] = {
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": by_kms}]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "old",
                    "Status": "Enabled",
                    "Prefix": "logs/",
                    "ExpirationInDays": 90,
                    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 30}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
                }
            ]
        },
        "AccessControl": "LogDeliveryWrite",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "LoggingConfiguration": {"DestinationBucketName": {"Ref": "Logs"}, "LogFilePrefix": "s3/"},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **lock},
    }
    logs: Resources = {"AccessControl": "Private"}
    resources = resources_of({"Bucket": ("S3::Bucket", properties), "Logs": ("S3::Bucket", logs)})
    stack, s3 = Stack(control_plane, "configured"), control_plane.client("s3")
    assert stack.create(resources) == "CREATE_COMPLETE", stack.reasons()
    name, target = stack.physical_id("Bucket"), stack.physical_id("Logs")
    [encrypted] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    assert encrypted["ApplyServerSideEncryptionByDefault"] == by_kms
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (rule["Expiration"]["Days"], rule["Filter"]["Prefix"]) == (90, "logs/")
    assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "Days": 30}]
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"] == {
        "TargetBucket": target,
        "TargetPrefix": "s3/",
    }
    assert (
        s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]
        == (lock["Rule"])
    )
    grantees = {
        grant["Grantee"].get("URI", "") for grant in s3.get_bucket_acl(Bucket=name)["Grants"]
    }
    assert "http://acs.amazonaws.com/groups/s3/LogDelivery" in grantees
    # The CDK's CLI names the algorithm and leaves the key to the bucket.
    s3.put_object(Bucket=target, Key="asset", Body=b"", ServerSideEncryption="aws:kms")

    del properties["LoggingConfiguration"], properties["LifecycleConfiguration"]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=name)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)


def test_a_table_has_its_time_to_live_recovery_and_encryption(control_plane: ControlPlane) -> None:
    properties: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY},
    }
    resources = resources_of({"Table": ("DynamoDB::Table", properties)})
    stack, dynamodb = Stack(control_plane, "table"), control_plane.client("dynamodb")
    assert stack.create(resources) == "CREATE_COMPLETE"
    name = stack.physical_id("Table")

    def told() -> tuple[Any, Any, Any]:
        backups = dynamodb.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        encryption = dynamodb.describe_table(TableName=name)["Table"].get("SSEDescription", {})
        ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return (
            (ttl["TimeToLiveStatus"], ttl.get("AttributeName")),
            recovery["PointInTimeRecoveryStatus"],
            (encryption.get("Status"), encryption.get("KMSMasterKeyArn")),
        )

    assert told() == (("ENABLED", "expires"), "ENABLED", ("ENABLED", KEY))
    for name_of_property in list(properties)[3:]:
        del properties[name_of_property]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    (status, _), recovery, (encrypted, _) = told()
    assert (status, recovery) == ("DISABLED", "DISABLED")
    assert encrypted in (None, "DISABLED")


def test_a_function_and_a_topic_have_their_keys_and_network(control_plane: ControlPlane) -> None:
    network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    function: Resources = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::111122223333:role/any",
        "Code": {"ZipFile": "def handler(event, context): return 1"},
        "VpcConfig": network,
        "KmsKeyArn": KEY,
    }
    topic: Resources = {"KmsMasterKeyId": KEY}
    resources = resources_of(
        {"Function": ("Lambda::Function", function), "Topic": ("SNS::Topic", topic)}
    )
    stack = Stack(control_plane, "keys")
    assert stack.create(resources) == "CREATE_COMPLETE"

    def told() -> tuple[Any, Any, Any]:
        configuration = control_plane.client("lambda").get_function_configuration(
            FunctionName=stack.physical_id("Function")
        )
        attributes = control_plane.client("sns").get_topic_attributes(
            TopicArn=stack.physical_id("Topic")
        )["Attributes"]
        placed = {name: configuration.get("VpcConfig", {}).get(name, []) for name in network}
        return (
            placed,
            configuration.get("KMSKeyArn") or None,
            attributes.get("KmsMasterKeyId") or None,
        )

    assert told() == (network, KEY, KEY)
    del function["VpcConfig"], function["KmsKeyArn"], topic["KmsMasterKeyId"]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert told() == ({"SubnetIds": [], "SecurityGroupIds": []}, None, None)


def test_a_backup_vault_tells_its_lock_and_its_policy(control_plane: ControlPlane) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*"}]}
    vault: Resources = {
        "BackupVaultName": "safe",
        "AccessPolicy": policy,
        "LockConfiguration": {"MinRetentionDays": 7, "ChangeableForDays": 3},
    }
    resources = resources_of({"Vault": ("Backup::BackupVault", vault)})
    stack, backup = Stack(control_plane, "vault"), control_plane.client("backup")
    assert stack.create(resources) == "CREATE_COMPLETE"
    told = backup.describe_backup_vault(BackupVaultName="safe")
    assert (told["Locked"], told["MinRetentionDays"]) == (True, 7)
    assert (told["LockDate"] - told["CreationDate"]).days == 3
    answer = backup.get_backup_vault_access_policy(BackupVaultName="safe")
    assert json.loads(answer["Policy"]) == policy

    del vault["AccessPolicy"], vault["LockConfiguration"]
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert backup.describe_backup_vault(BackupVaultName="safe")["Locked"] is False
    with pytest.raises(ClientError, match="ResourceNotFound"):
        backup.get_backup_vault_access_policy(BackupVaultName="safe")


def test_a_generated_secret_has_the_characters_that_were_asked_for(
    control_plane: ControlPlane,
) -> None:
    digits: Resources = {
        "PasswordLength": 200,
        "ExcludePunctuation": True,
        "ExcludeUppercase": "true",
        "ExcludeLowercase": True,
        "ExcludeCharacters": "01",
    }
    user = {"SecretStringTemplate": '{"username": "shop"}', "GenerateStringKey": "password"}
    resources = resources_of(
        {
            "Digits": ("SecretsManager::Secret", {"GenerateSecretString": digits}),
            "User": ("SecretsManager::Secret", {"GenerateSecretString": user}),
        }
    )
    stack, secrets = Stack(control_plane, "generated"), control_plane.client("secretsmanager")
    assert stack.create(resources) == "CREATE_COMPLETE"

    def value(logical_id: str) -> str:
        found = secrets.get_secret_value(SecretId=stack.physical_id(logical_id))
        text: str = found["SecretString"]
        return text

    assert len(value("Digits")) == 200
    assert set(value("Digits")) <= set("23456789")
    made = json.loads(value("User"))
    assert made["username"] == "shop"
    assert len(made["password"]) == 32
    for included in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        assert set(made["password"]) & set(included)

    digits["PasswordLength"] = 3
    digits |= {"ExcludePunctuation": False, "ExcludeUppercase": False, "ExcludeLowercase": False}
    assert stack.update(resources) == "UPDATE_ROLLBACK_COMPLETE"
    assert "PasswordLength too short" in stack.reasons()[-1]


def test_a_rule_forwards_by_weight_as_its_template_and_the_api_say(
    control_plane: ControlPlane,
) -> None:
    group = ("ElasticLoadBalancingV2::TargetGroup", {"Port": 80, "Protocol": "HTTP"})
    forward: Resources = {
        "TargetGroups": [
            {"TargetGroupArn": {"Ref": "Blue"}, "Weight": 9},
            {"TargetGroupArn": {"Ref": "Green"}, "Weight": "1"},
        ]
    }
    resources = resources_of(
        {
            "Balancer": ("ElasticLoadBalancingV2::LoadBalancer", {"Subnets": ["subnet-1"]}),
            "Blue": group,
            "Green": group,
            "Listener": (
                "ElasticLoadBalancingV2::Listener",
                {
                    "LoadBalancerArn": {"Ref": "Balancer"},
                    "Port": 80,
                    "Protocol": "HTTP",
                    "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Blue"}}],
                },
            ),
            "Rule": (
                "ElasticLoadBalancingV2::ListenerRule",
                {
                    "ListenerArn": {"Ref": "Listener"},
                    "Priority": 1,
                    "Conditions": [{"Field": "path-pattern", "Values": ["/shop"]}],
                    "Actions": [{"Type": "forward", "ForwardConfig": forward}],
                },
            ),
        }
    )
    stack, balancing = Stack(control_plane, "weights"), control_plane.client("elbv2")
    assert stack.create(resources) == "CREATE_COMPLETE"
    rule, blue, green = (stack.physical_id(name) for name in ("Rule", "Blue", "Green"))

    def weights() -> dict[str, int]:
        [described] = balancing.describe_rules(RuleArns=[rule])["Rules"]
        [action] = described["Actions"]
        groups = action["ForwardConfig"]["TargetGroups"]
        return {one["TargetGroupArn"]: one["Weight"] for one in groups}

    assert weights() == {blue: 9, green: 1}
    shifted = [{"TargetGroupArn": blue, "Weight": 0}, {"TargetGroupArn": green, "Weight": 100}]
    balancing.modify_rule(
        RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": shifted}}]
    )
    assert weights() == {blue: 0, green: 100}
