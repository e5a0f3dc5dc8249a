"""``docs/registers/deployment-time.md``: how long deployments take, and what they wait for."""

from collections.abc import Iterator, Mapping, Sequence

from proofs import deployment_time as time
from proofs.assembly import Stack, Stage
from proofs.deployment_time import Deployed, Pace, Step
from proofs.markdown import HEAD, Row, table

NEW_VERSION = ("", "stack", "as a rule", "on a slow day", "of it, proving")


def page(stages: Sequence[Stage]) -> str:
    """The text of the register."""
    at_once = time.concurrency()
    head = (
        "",
        "as a rule",
        "on a slow day",
        "one stack after another",
        "the stacks that it takes as long as, minutes each",
    )
    return (
        f"{HEAD}\n# Time to deploy\n\n"
        "Reckoned from the assembly and `proofs/durations.toml`, in minutes: the longest chain of "
        "resources that wait for each other in each stack, and of stacks. Not measured on AWS.\n\n"
        f"## A new environment\n\n`make create` deploys {at_once} stacks at the same time. More "
        f"than {time.limit()} minutes as a rule fail the tests. The slow day has every resource "
        "slow at once.\n\n"
        f"{table(head, map(_new, stages))}\n"
        "## A new version of a program\n\nTasks or functions of one stack are renewed; a "
        "blue/green deployment, and a function that gets its requests by and by, is proven before "
        "the old ones stop.\n\n"
        f"{table(NEW_VERSION, _new_versions(stages))}\n"
        "## Each stack, new\n\nWith the longest of its chain.\n\n"
        f"{table(('stack', *(stage.name for stage in stages), 'longest in it'), _stacks(stages))}\n"
        "## How long each resource takes\n\nIn seconds.\n\n"
        f"{table(('types', 'as a rule', 'on a slow day', 'source'), _durations())}"
    )


def _new(stage: Stage) -> Row:
    planned = time.schedule(stage, Pace.TYPICAL)
    one_by_one = time.schedule(stage, Pace.TYPICAL, at_once=1)
    slow = time.schedule(stage, Pace.SLOW)
    return (
        stage.name,
        *(f"{time.minutes(time.whole_time(each))}" for each in (planned, slow, one_by_one)),
        " → ".join(map(_part, time.critical(planned))),
    )


def _part(one: Deployed) -> str:
    return f"{one.stack} {time.minutes(one.end - one.start)}"


def _new_versions(stages: Sequence[Stage]) -> Iterator[Row]:
    for stage in stages:
        for stack in stage.stacks:
            if typical := time.renewal(stack, Pace.TYPICAL):
                slow, proving = time.renewal(stack, Pace.SLOW), time.proving(stack)
                times = (f"{time.minutes(each)}" for each in (typical, slow, proving))
                yield stage.name, stack.name, *times


def _stacks(stages: Sequence[Stage]) -> Iterator[Row]:
    by_name: dict[str, dict[str, Stack]] = {}
    for stage in stages:
        for stack in stage.stacks:
            by_name.setdefault(stack.name, {})[stage.name] = stack
    for name, stacks in by_name.items():
        cells = (_minutes(stacks, stage.name) for stage in stages)
        slowest = max((_slowest(stack) for stack in stacks.values()), key=lambda step: step.seconds)
        yield name, *cells, f"{slowest.resource.type.removeprefix('AWS::')}, {slowest.seconds} s"


def _minutes(stacks: Mapping[str, Stack], stage: str) -> str:
    if stage not in stacks:
        return "–"
    return f"{time.minutes(time.seconds(stacks[stage], Pace.TYPICAL))}"


def _slowest(stack: Stack) -> Step:
    return max(time.longest(stack, Pace.TYPICAL), key=lambda step: step.seconds)


def _durations() -> Iterator[Row]:
    for entry in time.entries():
        types = ", ".join(type_.removeprefix("AWS::") for type_ in entry["types"])
        having = f" with {entry['with']}" if "with" in entry else ""
        yield types + having, f"{entry['typical']}", f"{entry['slow']}", entry["source"]
