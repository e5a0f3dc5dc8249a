import re

import pytest

from proofs import data_flow, layers, stack_pages
from proofs.assembly import Json, Stage
from proofs.data_flow import Flow
from tests.proofs.stages import resource, stage


def taken(stack: str, output: str) -> Json:
    return {"Fn::GetStackOutput": {"StackName": f"live-{stack}", "OutputName": output}}


def program(**allowed: tuple[Json | str, list[str]]) -> dict[str, Json]:
    """A function's role with a statement for each resource."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    stated = [
        {"Effect": "Allow", "Action": actions, "Resource": to} for to, actions in allowed.values()
    ]
    return {
        "Role": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={"Statement": [trust]},
            Policies=[{"PolicyName": "it", "PolicyDocument": {"Statement": stated}}],
        )
    }


def kept(built: Stage, **outputs: Json) -> Stage:
    (home,) = (one for one in built.stacks if one.name == "data")
    home.template["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
    return built


def arn(id_: str) -> Json:
    return {"Fn::GetAtt": [id_, "Arn"]}


STORES = {
    "Queue": resource("AWS::SQS::Queue"),
    "Bucket": resource("AWS::S3::Bucket", BucketName="documents"),
    "Key": resource("AWS::KMS::Key"),
    "Cluster": resource("AWS::RDS::DBCluster"),
}


@pytest.mark.parametrize(
    ("actions", "writes", "reads"),
    [
        (["sqs:SendMessage"], True, False),
        (["sqs:ReceiveMessage", "sqs:DeleteMessage"], False, True),
        (["sqs:SendMessage", "sqs:ReceiveMessage"], True, True),
    ],
)
def test_what_a_program_may_do_is_writing_or_reading(
    actions: list[str], writes: bool, reads: bool
) -> None:
    built = stage(data=STORES, billing=program(it=(taken("data", "Arn"), actions)))
    flows = data_flow.flows(kept(built, Arn=arn("Queue")))
    assert flows == [Flow("billing", "data/Queue", writes, reads)]


def test_a_bucket_is_known_by_its_name_and_what_keeps_nothing_is_left_out() -> None:
    statements = program(
        objects=("arn:aws:s3:::documents/*", ["s3:GetObject"]),
        key=(taken("data", "Arn"), ["kms:GetPublicKey"]),
    )
    built = kept(stage(data=STORES, billing=statements), Arn=arn("Key"))
    assert data_flow.flows(built) == [Flow("billing", "data/Bucket", writes=False, reads=True)]


def test_a_database_is_used_by_whoever_takes_its_address() -> None:
    knows = {"Task": resource("AWS::ECS::TaskDefinition", Host=taken("data", "Host"))}
    backs_up = {"Plan": resource("AWS::Backup::BackupPlan", Of=taken("data", "Arn"))}
    built = kept(
        stage(data=STORES, billing=knows, backup=backs_up),
        Host={"Fn::GetAtt": ["Cluster", "Endpoint.Address"]},
        Arn=arn("Cluster"),
    )
    assert data_flow.flows(built) == [Flow("billing", "data/Cluster", writes=True, reads=True)]


def test_an_arrow_is_the_way_that_data_goes() -> None:
    built = kept(
        stage(
            data=STORES,
            billing=program(it=(taken("data", "Arn"), ["sqs:ReceiveMessage"])),
            charging=program(it=(taken("data", "Arn"), ["sqs:SendMessage"])),
        ),
        Arn=arn("Queue"),
    )
    assert layers.data(built).splitlines()[5:7] == [
        "  n_data_Queue --> n_billing",
        "  n_charging --> n_data_Queue",
    ]


def test_units_stand_below_the_root_with_what_binds_them() -> None:
    accounts = {
        "Production": resource(layers.UNIT, Name="Production", ParentId="r-1"),
        "Live": resource(layers.ACCOUNT, AccountName="acme-live", ParentIds=[arn("Production")]),
        "Evidence": resource(layers.POLICY, Name="acme-evidence", TargetIds=[arn("Production")]),
    }
    assert layers.organization(stage(accounts=accounts)).splitlines()[2:-1] == [
        '  n_root["root"]',
        '  n_Production["<b>Production</b><br/>evidence"]',
        "  n_root --> n_Production",
        '  n_live("live")',
        "  n_Production --> n_live",
    ]


def test_a_way_in_goes_from_a_listener_by_paths_to_a_port() -> None:
    rule = resource(
        layers.RULE,
        ListenerArn=taken("data", "Listener"),
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/ocpp/*"]}}],
        Actions=[{"TargetGroupArn": {"Ref": "Blue"}}, {"TargetGroupArn": {"Ref": "Green"}}],
    )
    groups = {name: resource(layers.TARGETS, Port=9000) for name in ("Blue", "Green")}
    listener = resource("AWS::ElasticLoadBalancingV2::Listener", path="Public/Listener/Resource")
    built = stage(data={"Listener": listener}, charging={"Rule": rule, **groups})
    assert layers.ways_in(kept(built, Listener={"Ref": "Listener"})).splitlines()[2:-1] == [
        '  n_data_Public["data/Public"]',
        '  n_charging__port_9000["charging, port 9000"]',
        '  n_data_Public -- "/ocpp/*" --> n_charging__port_9000',
    ]


def test_every_diagram_of_ours_can_be_taken_in_at_a_glance(stages: dict[str, Stage]) -> None:
    index = stack_pages.pages(list(stages.values()), stack_pages.read())[stack_pages.INDEX]
    drawn = re.findall(r"```mermaid\n(.*?)```", index, re.DOTALL)
    assert len(drawn) == 7
    for diagram in drawn:
        boxes = re.findall(r"^ *(?:subgraph )?(n_\w+)[\[(]", diagram, re.MULTILINE)
        assert 2 < len(set(boxes)) < 30
