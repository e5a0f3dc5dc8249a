import pytest

from proofs.assembly import Stage
from proofs.ledger import identities
from proofs.losses import Change, Loss, losses
from tests.proofs.stages import resource, stage

TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"


def between(before: Stage, after: Stage) -> list[Loss]:
    return losses(identities(before), identities(after))


def the_loss(before: Stage, after: Stage) -> Loss:
    (loss,) = between(before, after)
    return loss


def test_nothing_is_lost_when_nothing_changes() -> None:
    same = stage(data={"Table": resource(TABLE, TableName="sessions")})
    assert between(same, same) == []


def test_a_property_that_changes_in_place_is_no_loss() -> None:
    before = stage(data={"Table": resource(TABLE, BillingMode="PROVISIONED")})
    after = stage(data={"Table": resource(TABLE, BillingMode="PAY_PER_REQUEST")})
    assert between(before, after) == []


def test_what_holds_no_state_may_come_and_go() -> None:
    before = stage(data={"Role": resource("AWS::IAM::Role", RoleName="one")})
    assert between(before, stage(data={})) == []


def test_a_property_that_cannot_change_in_place_replaces() -> None:
    before = stage(data={"Table": resource(TABLE, TableName="sessions")})
    loss = the_loss(before, stage(data={"Table": resource(TABLE, TableName="charging-sessions")}))
    assert loss.change is Change.REPLACED
    assert str(loss) == (
        "live-data/Table (AWS::DynamoDB::Table) would be replaced: TableName cannot change in "
        "place. The old one is deleted: lost is every item, and its point-in-time recovery."
    )


@pytest.mark.parametrize("names", [({}, {"TableName": "a"}), ({"TableName": "a"}, {})])
def test_a_name_that_is_first_given_or_taken_away_replaces(
    names: tuple[dict[str, str], dict[str, str]],
) -> None:
    one, other = (stage(data={"Table": resource(TABLE, **name)}) for name in names)
    assert the_loss(one, other).change is Change.REPLACED


def test_a_property_that_replaces_under_a_condition_counts() -> None:
    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    before = stage(data={"Table": resource(TABLE, KeySchema=key)})
    after = stage(data={"Table": resource(TABLE, KeySchema=[*key, {"AttributeName": "sk"}])})
    assert the_loss(before, after).why == "KeySchema cannot change in place"


def test_what_replaces_a_resource_that_it_refers_to_replaces_it() -> None:
    def with_a_function(**named: str) -> Stage:
        arn = {"Fn::GetAtt": ["Function", "Arn"]}
        url = resource("AWS::Lambda::Url", TargetFunctionArn=arn, AuthType="NONE")
        return stage(a={"Function": resource("AWS::Lambda::Function", **named), "Url": url})

    assert between(with_a_function(Runtime="one"), with_a_function(Runtime="other")) == []
    loss = the_loss(with_a_function(), with_a_function(FunctionName="new"))
    assert loss.identity.logical_id == "Url"
    assert loss.why == "TargetFunctionArn -> Function.FunctionName cannot change in place"


def test_a_secret_that_is_generated_anew_is_lost() -> None:
    secret = "AWS::SecretsManager::Secret"
    before = stage(a={"S": resource(secret, GenerateSecretString={"PasswordLength": 30})})
    after = stage(a={"S": resource(secret, GenerateSecretString={"PasswordLength": 40})})
    assert "GenerateSecretString" in str(the_loss(before, after))


def test_another_type_under_the_same_id_replaces() -> None:
    before = stage(data={"Store": resource(TABLE)})
    loss = the_loss(before, stage(data={"Store": resource(BUCKET)}))
    assert (loss.change, loss.why) == (Change.REPLACED, "its type changes to AWS::S3::Bucket")


def test_another_logical_id_renames() -> None:
    before = stage(data={"Table1": resource(TABLE, path="Table/Resource")})
    loss = the_loss(before, stage(data={"Table2": resource(TABLE, path="Table/Resource")}))
    assert loss.change is Change.RENAMED
    assert "it is live-data/Table2 in aws://100000000021/eu-central-1 now" in loss.why


def test_another_stack_renames() -> None:
    before = stage(data={"Table": resource(TABLE)}, telemetry={})
    loss = the_loss(before, stage(data={}, telemetry={"Table": resource(TABLE)}))
    assert (loss.change, str(loss.identity)) == (Change.RENAMED, "live-data/Table")


def test_another_account_renames_everything() -> None:
    tables = {"One": resource(TABLE), "Two": resource(TABLE)}
    found = between(stage(data=tables), stage(account="100000000099", data=tables))
    assert [loss.change for loss in found] == [Change.RENAMED, Change.RENAMED]


def test_two_that_are_gone_are_not_renamed_to_the_same_one() -> None:
    before = stage(data={"One": resource(TABLE), "Two": resource(TABLE)})
    found = between(before, stage(data={"Three": resource(TABLE)}))
    assert [loss.change for loss in found] == [Change.RENAMED, Change.ORPHANED]


def test_what_no_template_has_any_more_is_orphaned() -> None:
    before = stage(data={"Files": resource(BUCKET, policy="Retain")})
    loss = the_loss(before, stage(data={}))
    assert loss.change is Change.ORPHANED
    assert str(loss).endswith(
        "The old one stays in the account, in no stack, with every object and version, "
        "and a name that others write to."
    )


def test_a_custom_resource_that_goes_runs_its_deletion() -> None:
    before = stage(billing={"Database": resource("Custom::DatabaseRole")})
    loss = the_loss(before, stage(billing={"Database2": resource("Custom::DatabaseRole")}))
    assert loss.change is Change.RENAMED
    assert "whatever its function removes" in str(loss)


def test_a_snapshot_is_told() -> None:
    cluster = resource("AWS::RDS::DBCluster", policy="Snapshot")
    assert "after a snapshot" in str(the_loss(stage(data={"Db": cluster}), stage(data={})))
