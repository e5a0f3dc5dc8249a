import proofs.__main__ as command
from proofs import diagrams, references, stack_pages
from proofs.assembly import Json, Stack, Stage
from proofs.references import Taken
from proofs.stack_pages import About, faults, pages
from tests.proofs.stages import resource, stage

KNOWN = [
    About("queue", "Session events.", "Billing waits.", "Deploy it."),
    About("net*", "The network.", "All of it.", "Deploy it."),
]


def with_a_queue_taken() -> Stage:
    reference: Json = {"Fn::GetStackOutput": {"StackName": "live-queue", "OutputName": "QueueArn"}}
    built = stage(
        queue={"Queue1": resource("AWS::SQS::Queue", path="Events/Queue/Resource")},
        network={"Rule": resource("AWS::EC2::Route", To=[reference])},
    )
    queue, _ = built.stacks
    queue.template["Outputs"] = {"QueueArn": {"Value": {"Fn::GetAtt": ["Queue1", "Arn"]}}}
    return built


def test_what_a_stack_takes_of_another_is_named_by_its_place() -> None:
    assert references.taken(with_a_queue_taken()) == [Taken("network", "queue", "Events/Queue")]


def test_a_stack_s_diagram_shows_what_it_gives_and_takes() -> None:
    takings = [
        Taken("billing", "queue", "Events/Queue"),
        Taken("charging", "queue", "Events/Queue"),
        Taken("queue", "secrets", "Key"),
        Taken("queue", "secrets", "Token"),
    ]
    assert diagrams.surroundings("queue", takings).splitlines()[2:-1] == [
        '  n_queue["queue"]',
        '  n_secrets["<b>secrets</b><br/>Key, Token"]',
        "  n_secrets --> n_queue",
        '  n_billing__charging["<b>billing, charging</b><br/>Events"]',
        "  n_queue --> n_billing__charging",
    ]
    assert diagrams.surroundings("auth", takings) == ""


def ordered(*stacks: tuple[str, str, tuple[str, ...]]) -> list[str]:
    """The lines of the diagram of stacks: name, place, what it waits for."""
    built = tuple(
        Stack(name, f"live-{name}", f"aws://{place}", {}, {}, (), (), after)
        for name, place, after in stacks
    )
    return [
        line.strip()
        for line in diagrams.order(Stage("live", built, {}), {"2": "log"}).splitlines()[2:-1]
    ]


HOME = "1/eu-central-1"


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    shown = ordered(
        ("roles", HOME, ()), ("secrets", HOME, ("roles",)), ("queue", HOME, ("roles", "secrets"))
    )
    assert shown[3:] == ["n_roles --> n_secrets", "n_secrets --> n_queue"]


def test_stacks_that_wait_for_the_same_are_one_box() -> None:
    shown = ordered(
        ("roles", HOME, ()), ("charging", HOME, ("roles",)), ("billing", HOME, ("roles",))
    )
    assert shown == [
        'n_roles["roles"]',
        'n_charging__billing["charging, billing"]',
        "n_roles --> n_charging__billing",
    ]


def test_another_region_is_named_and_accounts_are_apart() -> None:
    assert ordered(("roles", HOME, ()), ("edge", "1/us-east-1", ("roles",)))[1] == (
        'n_edge["<b>edge</b><br/>in us-east-1"]'
    )
    shown = ordered(("a", HOME, ()), ("b", "2/eu-central-1", ()))
    assert 'subgraph n_log["log"]' in shown
    assert 'subgraph n_1["1"]' in shown


def test_the_network_shows_who_may_open_a_connection_to_whom() -> None:
    def group(name: str) -> Json:
        return {"Fn::GetAtt": [name, "GroupId"]}

    (network,) = stage(
        network={
            "Database": resource("AWS::EC2::SecurityGroup"),
            "Service": resource("AWS::EC2::SecurityGroup"),
            "In": resource(
                "AWS::EC2::SecurityGroupIngress",
                GroupId=group("Database"),
                SourceSecurityGroupId=group("Service"),
                FromPort=5432,
                ToPort=5432,
            ),
        }
    ).stacks
    assert '  n_Service -- "5432" --> n_Database' in diagrams.traffic(network)


def test_a_stack_that_nobody_wrote_about_is_told_and_so_is_a_text_without_a_stack() -> None:
    built = [stage(queue={}, data={})]
    assert list(faults(built, KNOWN)) == [
        "data has no entry in stacks.toml",
        "stacks.toml tells of net*, and there is no such stack",
    ]


def test_a_page_says_what_is_owned_what_it_costs_what_breaks_and_how_it_is_restored() -> None:
    text = pages([with_a_queue_taken()], KNOWN)["queue.md"]
    assert "| SQS::Queue | 1 | the messages under way |" in text
    assert "Nothing: what it has is paid by use." in text
    assert "## What breaks when it breaks\n\nBilling waits." in text
    assert "## How to restore it\n\nDeploy it." in text


def test_every_stack_has_its_page_and_the_pages_are_of_this_assembly(
    stages: dict[str, Stage],
) -> None:
    known = stack_pages.read()
    assert list(faults(list(stages.values()), known)) == []
    made = pages(list(stages.values()), known, command.account_names())
    written = {file.name: file.read_text(encoding="utf-8") for file in command.STACKS.iterdir()}
    assert written.keys() == made.keys()
    for name, text in made.items():
        assert written[name] == text, f"{name}: run `make ledger` and review what it changes"
