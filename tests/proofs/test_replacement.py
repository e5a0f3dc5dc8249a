import pytest

from proofs.assembly import Json
from proofs.replacement import replacing_values, schema_files
from proofs.stateful_types import LOST_WITH


@pytest.mark.parametrize(
    ("type_", "properties", "values"),
    [
        ("AWS::KMS::Key", {"Description": "ours"}, {}),
        ("AWS::S3::Bucket", {"BucketName": "files", "Tags": []}, {"BucketName": "files"}),
        (
            "AWS::RDS::DBCluster",
            {"MasterUsername": "root", "Port": 5432},
            {"MasterUsername": "root"},
        ),
        (
            "AWS::OpenSearchService::Domain",
            {"EncryptionAtRestOptions": {"Enabled": True}},
            {"EncryptionAtRestOptions.Enabled": True},
        ),
        ("Custom::Anything", {"Name": "x"}, {}),
    ],
)
def test_the_schemas_say_what_replaces(type_: str, properties: Json, values: Json) -> None:
    assert replacing_values(type_, properties) == values


def test_a_reference_is_kept_as_it_is_written() -> None:
    subnet = {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}
    assert replacing_values("AWS::EC2::Subnet", subnet) == subnet


def test_every_stateful_type_is_one_that_there_is() -> None:
    assert LOST_WITH.keys() <= schema_files().keys()
