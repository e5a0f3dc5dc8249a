"""What AWS writes about itself to the log account, as tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HIVE_TEXT = "org.apache.hadoop.mapred.TextInputFormat"


@dataclass(frozen=True)
class LogTable:
    """Files of one kind. They lie below account, region and day, which are its partitions."""

    name: str
    bucket: str
    path: str
    """Below the bucket; ``${account}``, ``${region}`` and ``${day}`` stand for the partitions."""
    day_format: str
    columns: Mapping[str, str]
    input_format: str
    serialization_library: str
    serialization_parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """The part of the path that all files share."""
        return f"s3://{self.bucket}/{self.path.partition('/${')[0]}"

    @property
    def template(self) -> str:
        """The place of one partition."""
        return f"s3://{self.bucket}/{self.path}"


def trail_events(bucket: str, organization: str) -> LogTable:
    """A row for each call; see "CloudTrail record contents"."""
    return LogTable(
        name="events",
        bucket=bucket,
        path=f"AWSLogs/{organization}/${{account}}/CloudTrail/${{region}}/${{day}}",
        day_format="yyyy/MM/dd",
        columns=EVENT_COLUMNS,
        input_format="com.amazon.emr.cloudtrail.CloudTrailInputFormat",
        serialization_library="org.apache.hive.hcatalog.data.JsonSerDe",
    )


def config_items(bucket: str) -> LogTable:
    """A row for each file of AWS Config, with its items; see "Components of a configuration item".

    History comes within six hours of a change, a snapshot of everything once a day: both lie below
    the day, and a question tells them apart by the file's ``$path``.
    """
    return LogTable(
        name="configuration",
        bucket=bucket,
        # Config writes /2026/1/9/, without leading zeros.
        path="AWSLogs/${account}/Config/${region}/${day}",
        day_format="yyyy/M/d",
        columns={
            "fileversion": "string",
            "configurationitems": f"array<struct<{','.join(map(':'.join, ITEM_FIELDS.items()))}>>",
        },
        input_format=HIVE_TEXT,
        serialization_library="org.openx.data.jsonserde.JsonSerDe",
        # Keys of tags may differ in case only.
        serialization_parameters={
            "case.insensitive": "false",
            "mapping.fileversion": "fileVersion",
            "mapping.configurationitems": "configurationItems",
            **{f"mapping.{name.lower()}": name for name in ITEM_NAMES},
        },
    )


EVENT_COLUMNS = {
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

ITEM_NAMES = (
    "configurationItemCaptureTime",
    "configurationItemStatus",
    "awsAccountId",
    "awsRegion",
    "resourceType",
    "resourceId",
    "resourceName",
    "ARN",
    "resourceCreationTime",
    "configuration",
)
ITEM_FIELDS = {
    **{name.lower(): "string" for name in ITEM_NAMES},
    "tags": "map<string,string>",
}
