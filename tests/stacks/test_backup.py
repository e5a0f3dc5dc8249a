"""What is backed up, how long, where to, and who hears when it is not."""

import json
from typing import Any

import pytest

from stacks.environments import Environment, Fleet
from tests.stacks.assembly import Assembly, Template, values_of

KINDS = {"Aurora", "DynamoDB", "S3"}


def kinds(environment: Environment) -> set[str]:
    """Of the stores that the environment has."""
    return KINDS | ({"EFS"} if environment.supporting.grafana else set())


def plan(assembly: Assembly, name: str) -> Template:
    """The one rule of a plan."""
    (found,) = (
        body["Properties"]["BackupPlan"]["BackupPlanRule"]
        for id_, body in assembly["backup"].of_type("AWS::Backup::BackupPlan").items()
        if id_.startswith(name)
    )
    (rule,) = found
    properties: Template = rule
    return properties


def alarm(assembly: Assembly, name: str) -> Template:
    (found,) = (
        body["Properties"]
        for id_, body in assembly["backup"].of_type("AWS::CloudWatch::Alarm").items()
        if id_.startswith(name)
    )
    properties: Template = found
    return properties


def test_every_store_is_in_every_plan(assembly: Assembly, environment: Environment) -> None:
    plans = assembly["backup"].of_type("AWS::Backup::BackupPlan")
    selections = assembly["backup"].of_type("AWS::Backup::BackupSelection").values()
    monthly = environment.backups.monthly_days is not None
    assert len(plans) == len(selections) == 1 + monthly
    for selection in selections:
        chosen = [json.dumps(r) for r in selection["Properties"]["BackupSelection"]["Resources"]]
        cluster, table, documents, users, *files = chosen
        assert ":cluster:" in cluster
        assert "AttTable" in table
        assert "AttDocuments" in documents
        assert "UsersExports" in users
        assert len(files) == environment.supporting.grafana


def test_no_other_store_is_left_out(assembly: Assembly, environment: Environment) -> None:
    """A store that comes later has to be backed up, or named here with the reason."""
    not_backed_up = {
        "Copies",  # a copy itself
        "AccessLogs",  # gone after 90 days anyway
        "Logs",  # CloudFront's, the same
        "Site",  # built from the repository
        "FeedNotTaken",  # lines of logs that CloudWatch has
        "StationsRevocations",  # written again from charging's database
    }
    buckets = {place.partition("/")[2] for place, _ in assembly.of_type("AWS::S3::Bucket")}
    names = {bucket.rstrip("0123456789ABCDEF") for bucket in buckets}
    if not environment.replicate_documents:
        not_backed_up.remove("Copies")
    if not environment.supporting.search:
        not_backed_up.remove("FeedNotTaken")
    if not (environment.domain and environment.domain.station_authorities):
        not_backed_up.remove("StationsRevocations")
    assert names == {"Documents", "UsersExports"} | not_backed_up
    assert len(list(assembly.of_type("AWS::RDS::DBCluster"))) == 1
    assert len(list(assembly.of_type("AWS::DynamoDB::Table"))) == 1


def test_backups_are_kept_as_long_as_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    kept = environment.backups
    assert plan(assembly, "Nightly")["Lifecycle"] == {"DeleteAfterDays": kept.daily_days}
    assert plan(assembly, "Nightly")["ScheduleExpression"] == "cron(0 5 * * ? *)"
    if kept.monthly_days:
        assert plan(assembly, "Monthly")["Lifecycle"] == {"DeleteAfterDays": kept.monthly_days}
        assert plan(assembly, "Monthly")["ScheduleExpression"] == "cron(0 6 1 * ? *)"


def test_copies_go_to_the_backup_account_in_both_regions(
    assembly: Assembly, environment: Environment, fleet: Fleet
) -> None:
    kept, account = environment.backups, fleet.accounts.backup
    vaults = [
        f"arn:aws:backup:{region}:{account}:backup-vault:fleetcharge"
        for region in ("eu-central-1", fleet.organization.backup_region)
    ]
    for name, days in (("Nightly", kept.copy_days), ("Monthly", kept.monthly_days)):
        if name == "Monthly" and not days:
            continue
        copies = plan(assembly, name).get("CopyActions", [])
        expected = vaults if kept.copy_days else []
        assert [copy["DestinationBackupVaultArn"] for copy in copies] == expected
        assert all(copy["Lifecycle"] == {"DeleteAfterDays": days} for copy in copies)


def test_the_backup_account_opens_what_it_gets_copies_of(
    assembly: Assembly, environment: Environment, fleet: Fleet
) -> None:
    """A snapshot of Aurora can be copied only by an account that may use its cluster's key."""
    statements = assembly["secrets"].only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    copier = {"AWS": f"arn:aws:iam::{fleet.accounts.backup}:root"}
    allowed = [s for s in statements if s["Principal"] == copier]
    if environment.backups.copy_days is None:
        assert not allowed
        return
    use, grants = allowed
    assert {"kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"} <= set(use["Action"])
    assert "kms:CreateGrant" in grants["Action"]
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert not {a for s in allowed for a in s["Action"]} & {"kms:*", "kms:ScheduleKeyDeletion"}


def test_the_vault_is_encrypted_and_locked_where_the_environment_is_protected(
    assembly: Assembly, environment: Environment
) -> None:
    vault = assembly["backup"].only("AWS::Backup::BackupVault")
    assert "AttKey" in vault["EncryptionKeyArn"]["Fn::GetStackOutput"]["OutputName"]
    lock = vault.get("LockConfiguration")
    assert lock == ({"MinRetentionDays": 7} if environment.protected else None)


def test_a_copy_can_come_home(assembly: Assembly, fleet: Fleet) -> None:
    (statement,) = assembly["backup"].only("AWS::Backup::BackupVault")["AccessPolicy"]["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{fleet.accounts.backup}:root"}
    assert statement["Action"] == "backup:CopyIntoBackupVault"


def test_every_kind_of_store_is_restored_every_week_where_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    backup = assembly["backup"]
    selections = [
        body["Properties"]
        for body in backup.of_type("AWS::Backup::RestoreTestingSelection").values()
    ]
    if not environment.backups.tested:
        assert not selections
        assert not backup.of_type("AWS::Backup::RestoreTestingPlan")
        return
    test = backup.only("AWS::Backup::RestoreTestingPlan")
    assert test["ScheduleExpression"] == "cron(0 9 ? * SUN *)"
    points = test["RecoveryPointSelection"]
    assert points["Algorithm"] == "LATEST_WITHIN_WINDOW"
    assert points["IncludeVaults"][0]["Fn::GetAtt"][0].startswith("Vault")
    assert {s["ProtectedResourceType"] for s in selections} == kinds(environment)
    backed_up = json.dumps(list(backup.of_type("AWS::Backup::BackupSelection").values()))
    for selection in selections:
        assert selection["RestoreTestingPlanName"] == test["RestoreTestingPlanName"]
        for arn in selection["ProtectedResourceArns"]:
            assert json.dumps(arn) in backed_up
    (aurora,) = (s for s in selections if s["ProtectedResourceType"] == "Aurora")
    assert set(aurora["RestoreMetadataOverrides"]) == {"dbSubnetGroupName", "vpcSecurityGroupIds"}


@pytest.mark.parametrize("kind", [*sorted(KINDS), "EFS"])
def test_a_backup_that_fails_or_does_not_happen_is_told(
    assembly: Assembly, environment: Environment, kind: str
) -> None:
    if kind not in kinds(environment):
        return
    dimension = [{"Name": "ResourceType", "Value": kind}]
    for job in ("Backup", "Copy", "Restore"):
        failed = alarm(assembly, f"{kind}{job}Failed")
        assert failed["MetricName"] == f"NumberOf{job}JobsFailed"
        assert failed["Dimensions"] == dimension
        assert (failed["Threshold"], failed["Statistic"]) == (1, "Sum")
    missed = alarm(assembly, f"{kind}Missed")
    assert missed["Dimensions"] == dimension
    assert_silence_is_told(missed, "NumberOfBackupJobsCompleted")


def test_an_export_of_users_that_fails_or_does_not_happen_is_told(assembly: Assembly) -> None:
    failed = alarm(assembly, "UsersNightlyDeadLetters")
    assert failed["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert_silence_is_told(alarm(assembly, "UsersNightlyMissed"), "Invocations")


def assert_silence_is_told(missed: Template, metric: str) -> None:
    assert missed["MetricName"] == metric
    assert missed["ComparisonOperator"] == "LessThanThreshold"
    assert missed["TreatMissingData"] == "breaching"
    assert missed["EvaluationPeriods"] * missed["Period"] == 26 * 3600


def test_users_are_exported_before_the_night_s_backup(assembly: Assembly) -> None:
    schedule = assembly["backup"].only("AWS::Events::Rule")["ScheduleExpression"]
    assert schedule == "cron(0 4 * * ? *)"
    (bucket,) = assembly["backup"].of_type("AWS::S3::Bucket").values()
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = values_of(bucket, "ServerSideEncryptionConfiguration")
    assert rule[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_the_export_reads_one_pool_and_writes_one_object(assembly: Assembly) -> None:
    policies = assembly["backup"].of_type("AWS::IAM::Policy").values()
    (statements,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for body in policies
        if "cognito-idp:ListUsers" in json.dumps(body)
    )
    granted: dict[str, Any] = {
        action: statement["Resource"]
        for statement in statements
        for action in _listed(statement["Action"])
    }
    assert {action for action in granted if action.startswith(("cognito-idp:", "s3:"))} == {
        "cognito-idp:ListGroups",
        "cognito-idp:ListUsers",
        "cognito-idp:ListUsersInGroup",
        "s3:PutObject",
    }
    assert "AttPeople" in json.dumps(granted["cognito-idp:ListUsers"])
    assert "/users.jsonl" in json.dumps(granted["s3:PutObject"])
    assert "*" not in json.dumps(granted)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
