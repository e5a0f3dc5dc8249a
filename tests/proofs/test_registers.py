import proofs.__main__ as command
from proofs import registers
from proofs.assembly import Json, Stage
from tests.proofs.stages import resource, stage


def role(service: str, action: str) -> dict[str, Json]:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    granted = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:sqs:live"}
    return {
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [trust]}),
        "Policy": resource(
            "AWS::IAM::Policy",
            PolicyDocument={"Statement": [granted]},
            Roles=[{"Ref": "Role"}],
        ),
    }


def pages(*stages: Stage) -> dict[str, str]:
    return registers.pages(stages, settings={stage.name: {} for stage in stages})


def grants(*stages: Stage) -> str:
    return pages(*stages)["grants.md"]


def test_a_program_s_grants_are_listed_with_what_runs_it() -> None:
    page = grants(stage(billing=role("ecs-tasks", "sqs:SendMessage")))
    assert "## billing/Role\n\nAssumed by `ecs-tasks.amazonaws.com`." in page
    assert (
        "| `sqs:SendMessage` | **nobody knows** | `arn:aws:sqs:{environment}` |  | environments |"
        in page
    )


def test_what_only_some_environments_have_is_told() -> None:
    page = grants(
        stage("live", billing=role("lambda", "sqs:SendMessage")),
        stage("dev", billing=role("lambda", "sqs:PurgeQueue")),
    )
    assert (
        "| `sqs:SendMessage` | **nobody knows** | `arn:aws:sqs:{environment}` |  | live |" in page
    )
    assert "| `sqs:PurgeQueue` | **nobody knows** | `arn:aws:sqs:live` |  | dev |" in page


def test_the_organisation_stands_apart_from_what_all_environments_have() -> None:
    both = role("lambda", "sqs:SendMessage")
    live, around = stage("live", billing=both), stage("organization", billing=both)
    made = registers.pages([live, around], settings={"live": {}})
    assert "| `arn:aws:sqs:{environment}` |  | environments |" in made["grants.md"]
    assert "| `arn:aws:sqs:live` |  | organization |" in made["grants.md"]
    assert "organization" not in made["parity.md"]


def test_a_wildcard_without_a_reason_stands_out() -> None:
    page = pages(stage(billing=role("lambda", "sqs:*")))["wildcards.md"]
    assert "| billing/Policy | `Action::sqs:*` | `sqs:*` | **none** | environments |" in page


def test_the_registers_in_the_docs_are_of_this_assembly(stages: dict[str, Stage]) -> None:
    made = command.pages(list(stages.values()))
    for name, text in made.items():
        written = (command.REGISTERS / name).read_text(encoding="utf-8")
        assert written == text, "run `python -m proofs registers` and review what it changes"
