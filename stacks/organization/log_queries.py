"""Questions to the logs, in SQL."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import aws_athena, aws_glue, aws_kms
from constructs import Construct

from stacks.constructs.fleetcharge_stack import fleetcharge_stack
from stacks.organization.log_tables import LogTable

DATABASE = "fleetcharge_logs"

QUESTIONS = sorted((Path(__file__).parent / "queries").glob("*.sql"))
"""Each begins with a comment that says what it answers, over the last seven days."""
REGIONS = (
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"),
    *("ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"),
    *("eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""All that an account has without asking: what a guardrail refuses is tried where nothing is."""


class LogQueries(Construct):
    """A workgroup, the tables and the questions to them.

    Partitions are projected, not crawled: a question that names account, region and day reads
    those files only. The workgroup refuses a question that would read more than 100 GB.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        tables: Sequence[LogTable],
        results: str,
        key: aws_kms.IKey,
        accounts: Sequence[str],
    ) -> None:
        super().__init__(scope, name)
        workgroup = self._workgroup(results, key)
        database = aws_glue.CfnDatabase(
            self,
            "Database",
            catalog_id=fleetcharge_stack(self).account,
            database_input=aws_glue.CfnDatabase.DatabaseInputProperty(
                name=DATABASE, description="What happened in every account, and how each was set"
            ),
        )
        for table in tables:
            self._table(table, accounts).add_resource_dependency(database)
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
            name="fleetcharge-logs",
            description="Questions to the logs",
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

    def _table(self, table: LogTable, accounts: Sequence[str]) -> aws_glue.CfnTable:
        column = aws_glue.CfnTable.ColumnProperty
        return aws_glue.CfnTable(
            self,
            table.name.capitalize(),
            catalog_id=fleetcharge_stack(self).account,
            database_name=DATABASE,
            table_input=aws_glue.CfnTable.TableInputProperty(
                name=table.name,
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
                    "projection.region.values": ",".join(REGIONS),
                    "projection.day.type": "date",
                    "projection.day.format": table.day_format,
                    "projection.day.range": f"{_first_day(table.day_format)},NOW",
                    "projection.day.interval": "1",
                    "projection.day.interval.unit": "DAYS",
                    "storage.location.template": table.template,
                },
                storage_descriptor=aws_glue.CfnTable.StorageDescriptorProperty(
                    location=table.location,
                    columns=[
                        column(name=name, type=type_) for name, type_ in table.columns.items()
                    ],
                    input_format=table.input_format,
                    output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                    serde_info=aws_glue.CfnTable.SerdeInfoProperty(
                        serialization_library=table.serialization_library,
                        parameters=dict(table.serialization_parameters),
                    ),
                ),
            ),
        )


def _first_day(day_format: str) -> str:
    return "2026/01/01" if "MM" in day_format else "2026/1/1"
