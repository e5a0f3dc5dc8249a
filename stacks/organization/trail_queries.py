"""Questions to the trail, in SQL."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import aws_athena, aws_glue, aws_kms
from constructs import Construct

from stacks.constructs.fleetcharge_stack import fleetcharge_stack

DATABASE = "fleetcharge_trail"
TABLE = "events"

COLUMNS = {
    "eventversion": "string",
    "useridentity": (
        "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,"
        "accesskeyid:string,username:string,sessioncontext:struct<attributes:struct<"
        "mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,"
        "principalid:string,arn:string,accountid:string,username:string>>>"
    ),
    "eventtime": "string",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "sourceipaddress": "string",
    "useragent": "string",
    "errorcode": "string",
    "errormessage": "string",
    "requestparameters": "string",
    "responseelements": "string",
    "requestid": "string",
    "eventid": "string",
    "readonly": "string",
    "eventtype": "string",
    "recipientaccountid": "string",
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
}

QUESTIONS = sorted((Path(__file__).parent / "queries").glob("*.sql"))
"""Each begins with a comment that says what it answers, over the last seven days."""


class TrailQueries(Construct):
    """A workgroup, a table over the trail and its questions.

    Partitions are projected, not crawled: a question that names account, region and day reads
    those files only. The workgroup refuses a question that would read more than 100 GB.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        location: str,
        results: str,
        key: aws_kms.IKey,
        accounts: list[str],
        regions: Sequence[str],
    ) -> None:
        super().__init__(scope, name)
        workgroup = self._workgroup(results, key)
        database = aws_glue.CfnDatabase(
            self,
            "Database",
            catalog_id=fleetcharge_stack(self).account,
            database_input=aws_glue.CfnDatabase.DatabaseInputProperty(
                name=DATABASE, description="What happened in every account"
            ),
        )
        self._table(location, accounts, regions).add_resource_dependency(database)
        for question in QUESTIONS:
            meaning, query = question.read_text(encoding="utf-8").split("\n", 1)
            aws_athena.CfnNamedQuery(
                self,
                question.stem.title().replace("_", ""),
                database=DATABASE,
                name=question.stem.replace("_", " "),
                description=meaning.removeprefix("-- "),
                query_string=query,
                work_group=workgroup.name,
            ).add_resource_dependency(workgroup)

    def _workgroup(self, results: str, key: aws_kms.IKey) -> aws_athena.CfnWorkGroup:
        return aws_athena.CfnWorkGroup(
            self,
            "Workgroup",
            name="fleetcharge-trail",
            description="Questions to the trail",
            work_group_configuration=aws_athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=100 * 10**9,
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                result_configuration=aws_athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=results,
                    encryption_configuration=(
                        aws_athena.CfnWorkGroup.EncryptionConfigurationProperty(
                            encryption_option="SSE_KMS", kms_key=key.key_arn
                        )
                    ),
                ),
            ),
        )

    def _table(
        self, location: str, accounts: list[str], regions: Sequence[str]
    ) -> aws_glue.CfnTable:
        column = aws_glue.CfnTable.ColumnProperty
        return aws_glue.CfnTable(
            self,
            "Events",
            catalog_id=fleetcharge_stack(self).account,
            database_name=DATABASE,
            table_input=aws_glue.CfnTable.TableInputProperty(
                name=TABLE,
                table_type="EXTERNAL_TABLE",
                partition_keys=[
                    column(name=name, type="string") for name in ("account", "region", "day")
                ],
                parameters={
                    "EXTERNAL": "TRUE",
                    "projection.enabled": "true",
                    "projection.account.type": "enum",
                    "projection.account.values": ",".join(accounts),
                    "projection.region.type": "enum",
                    "projection.region.values": ",".join(regions),
                    "projection.day.type": "date",
                    "projection.day.format": "yyyy/MM/dd",
                    "projection.day.range": "2026/01/01,NOW",
                    "projection.day.interval": "1",
                    "projection.day.interval.unit": "DAYS",
                    "storage.location.template": (
                        f"{location}/${{account}}/CloudTrail/${{region}}/${{day}}"
                    ),
                },
                storage_descriptor=aws_glue.CfnTable.StorageDescriptorProperty(
                    location=location,
                    columns=[column(name=name, type=type_) for name, type_ in COLUMNS.items()],
                    input_format="com.amazon.emr.cloudtrail.CloudTrailInputFormat",
                    output_format=("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
                    serde_info=aws_glue.CfnTable.SerdeInfoProperty(
                        serialization_library=("org.apache.hive.hcatalog.data.JsonSerDe")
                    ),
                ),
            ),
        )
