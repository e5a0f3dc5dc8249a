"""What the environment keeps: database, table, documents, logs, messages."""

from stacks.environments import Environment, Fleet
from tests.stacks.assembly import Assembly


def test_the_database_scales_and_survives_as_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    cluster = assembly["data"].only("AWS::RDS::DBCluster")
    size = environment.database
    scaling = cluster["ServerlessV2ScalingConfiguration"]
    assert scaling["MinCapacity"] == size.minimum_capacity
    assert scaling["MaxCapacity"] == size.maximum_capacity
    assert ("SecondsUntilAutoPause" in scaling) == (size.minimum_capacity == 0)
    assert cluster["BackupRetentionPeriod"] == size.backup_days
    assert cluster["StorageEncrypted"] is True
    assert cluster["EnableIAMDatabaseAuthentication"] is True
    assert cluster["DeletionProtection"] is environment.protected
    assert cluster["EngineVersion"].startswith("16.")
    assert len(assembly["data"].of_type("AWS::RDS::DBInstance")) == 1 + size.readers
    parameters = assembly["data"].only("AWS::RDS::DBClusterParameterGroup")["Parameters"]
    assert parameters == {"rds.force_ssl": "1"}


def test_the_table_has_overloaded_keys_and_can_be_restored(assembly: Assembly) -> None:
    table = assembly["data"].only("AWS::DynamoDB::Table")
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["PK", "SK"]
    (index,) = table["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["GSI1PK", "GSI1SK"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["TimeToLiveSpecification"]["AttributeName"] == "expires_at"


def test_documents_are_versioned_and_locked_where_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    (documents,) = (
        body["Properties"]
        for name, body in assembly["data"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Documents")
    )
    assert documents["VersioningConfiguration"] == {"Status": "Enabled"}
    assert documents.get("ObjectLockEnabled", False) is environment.lock_documents
    assert ("ReplicationConfiguration" in documents) is environment.replicate_documents
    if environment.lock_documents:
        rule = documents["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert rule == {"Days": 8 * 366, "Mode": "GOVERNANCE"}


def test_every_document_is_copied_to_the_backup_region_and_no_deletion(
    assembly: Assembly, environment: Environment, fleet: Fleet
) -> None:
    if not environment.replicate_documents:
        assert "documents-copy" not in assembly.stacks
        return
    (documents,) = (
        body["Properties"]
        for name, body in assembly["data"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Documents")
    )
    (rule,) = documents["ReplicationConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] == {"Status": "Enabled"}
    assert rule["Filter"] in ({}, {"Prefix": ""})
    assert "documents-copy" in assembly["data"].needs
    manifest = (assembly.folder / f"assembly-{assembly.environment}/manifest.json").read_text()
    assert f"aws://{environment.account}/{fleet.organization.backup_region}" in manifest
    copies = next(
        body["Properties"]
        for name, body in assembly["documents-copy"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Copies")
    )
    assert copies["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{copies['BucketName']}"
    for property_ in ("ObjectLockEnabled", "ObjectLockConfiguration"):
        assert copies.get(property_) == documents.get(property_)


def test_the_replicator_reads_one_bucket_and_writes_the_other(
    assembly: Assembly, environment: Environment
) -> None:
    if not environment.replicate_documents:
        return
    (statements,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for name, body in assembly["data"].of_type("AWS::IAM::Policy").items()
        if name.startswith("Replicator")
    )
    buckets = {
        action: statement["Resource"]
        for statement in statements
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
        if action.startswith("s3:")
    }
    own = f"arn:aws:s3:::fleetcharge-{assembly.environment}-documents-{environment.account}"
    copy = f"arn:aws:s3:::fleetcharge-{assembly.environment}-documents-copy-{environment.account}"
    assert buckets.pop("s3:ReplicateObject") == f"{copy}/*"
    assert buckets.pop("s3:ReplicateTags") == f"{copy}/*"
    assert set(buckets.values()) == {own, f"{own}/*"}
    assert not {action for action in buckets if "Delete" in action or "Put" in action}


def test_device_logs_are_kept_for_30_days(assembly: Assembly) -> None:
    assert assembly["data"].of_type("AWS::Logs::LogGroup")
    retentions = {
        name.rstrip("0123456789ABCDEF"): body["Properties"]["RetentionInDays"]
        for name, body in assembly["data"].of_type("AWS::Logs::LogGroup").items()
    }
    assert retentions["DeviceLogs"] == 30


def test_a_message_that_fails_is_set_aside_and_none_goes_in_clear(assembly: Assembly) -> None:
    queues = assembly["queue"].of_type("AWS::SQS::Queue")
    mains = [b["Properties"] for b in queues.values() if "RedrivePolicy" in b["Properties"]]
    assert [main["RedrivePolicy"]["maxReceiveCount"] for main in mains] == [5, 5]
    denied = [
        statement
        for policy in assembly["queue"].of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert len(denied) == 4
    assert all(s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for s in denied)
