"""``docs/registers/rollback.md``: what goes back by itself, and what no rollback undoes."""

from collections.abc import Iterator, Sequence

from proofs import rollback
from proofs.assembly import Resource, Stage
from proofs.markdown import HEAD, Row, table
from proofs.rollback import Accepted, Final, Finding, Rule

SERVICES = ("", "service", "alarms that roll it back", "how a version comes", "proven in")


def page(stages: Sequence[Stage], accepted: Sequence[Accepted], final: Sequence[Final]) -> str:
    """The text of the register."""
    found = {finding: None for stage in stages for finding in rollback.findings(stage)}
    return (
        f"{HEAD}\n# Rollback\n\nWhether every deployment can be taken back, read from the "
        "assembly. What breaks a rule without a reason fails the tests.\n\n"
        f"{table(('rule', 'accepted otherwise'), _rules(list(found)))}\n"
        "## Services that go back by themselves\n\n"
        f"{table(SERVICES, _services(stages))}\n"
        "## Accepted\n\n"
        f"{table(('rule', 'what', 'why', 'where'), _accepted(list(found), accepted))}\n"
        "## What no rollback undoes\n\nCloudFormation brings the property back, and the state does "
        "not come with it.\n\n"
        f"{table(('change of', 'why', 'where'), _final(stages, final))}"
    )


def _rules(found: Sequence[Finding]) -> Iterator[Row]:
    for rule in Rule:
        number = sum(1 for finding in found if finding.rule is rule)
        yield rule.value, str(number or "never")


def _services(stages: Sequence[Stage]) -> Iterator[Row]:
    for stage in stages:
        for resource in stage.resources:
            if resource.type == rollback.SERVICE:
                yield stage.name, *_service(resource)


def _service(resource: Resource) -> Row:
    deployment = resource.properties.get("DeploymentConfiguration", {})
    alarms = deployment.get("Alarms", {}).get("AlarmNames", ())
    beside = deployment.get("Strategy") == "BLUE_GREEN"
    return (
        resource.stack,
        str(len(alarms)),
        "beside the old version" if beside else "task by task",
        f"{deployment['BakeTimeInMinutes']} min" if beside else "as long as it starts",
    )


def _accepted(found: Sequence[Finding], accepted: Sequence[Accepted]) -> Iterator[Row]:
    for one in accepted:
        places = sorted({finding.place for finding in found if one.covers(finding)})
        yield one.rule.name.lower(), f"`{one.what}`", one.because, ", ".join(places)


def _final(stages: Sequence[Stage], final: Sequence[Final]) -> Iterator[Row]:
    for one in final:
        places = dict.fromkeys(place for stage in stages for place in one.places(stage))
        what = f"`{one.property}` of {one.type.removeprefix('AWS::')}"
        yield what, one.because, ", ".join(places)
