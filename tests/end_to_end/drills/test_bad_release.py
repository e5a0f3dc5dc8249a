"""A new version that is not well never takes the place of the one that is."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.rest import RestApi
from embedded.cdk import CdkError
from tests.end_to_end.conftest import ROOT, Stacks
from tests.end_to_end.drills.conftest import DrillStation, Figures
from tests.end_to_end.drills.runbook import Runbook

pytestmark = pytest.mark.end_to_end

DIGEST = "/fleetcharge/playground/charging/image-digest"


def crashing(context: Path) -> None:
    """Ends before it listens, as with a setting that it lacks."""
    dockerfile = context / "services/charging/Dockerfile"
    dockerfile.write_text(
        'FROM python:3.13-slim\nENTRYPOINT ["python", "-c", "raise SystemExit"]\n'
    )


def with_a_migration(context: Path, *statements: str) -> None:
    """Newer than all."""
    versions = context / "services/charging/adapters/postgresql/migrations/versions"
    newest = max(versions.glob("[0-9]*.py")).read_text()
    revision = newest.partition('revision = "')[2].partition('"')[0]
    (versions / "9999_newest.py").write_text(
        "from alembic import op\n"
        f'revision = "9999"\ndown_revision = "{revision}"\n'
        "def upgrade() -> None:\n" + "".join(f"    op.execute({sql!r})\n" for sql in statements)
    )


def with_a_migration_that_fails(context: Path) -> None:
    """Lives, and says at ``/health`` that its database is not as it must be."""
    with_a_migration(
        context, "create table half_done (id int)", "alter table session add column id int"
    )


def with_a_new_column(context: Path) -> None:
    """Is well."""
    with_a_migration(context, "alter table session add column new int")


def with_patience(seconds: int) -> Callable[[Any], Any]:
    """How long a task may be ill at first: a drill does not wait for minutes."""

    def changed(template: Any) -> Any:
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::ECS::Service":
                resource["Properties"]["HealthCheckGracePeriodSeconds"] = seconds
        return template

    return changed


@pytest.fixture
def impatient(stacks: Stacks) -> Iterator[Stacks]:
    stacks.assembly.change(with_patience(5))
    yield stacks
    stacks.assembly.change(with_patience(120))


def pushed(stacks: Stacks, change: Callable[[Path], None], context: Path) -> str:
    """The digest of a release that is today's, changed."""
    for part in ("services", "contracts"):
        shutil.copytree(ROOT / part, context / part)
    change(context)
    dockerfile = context / "services/charging/Dockerfile"
    return stacks.playground.machine.push("fleetcharge/charging", dockerfile, context)


@asynccontextmanager
async def always_served(api: RestApi) -> AsyncIterator[None]:
    """Asks all the time; an answer that is none fails the test."""

    async def ask() -> None:
        while True:
            await api.get("/stations", limit=1)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask())
        yield
        asking.cancel()


@pytest.mark.parametrize(
    ("spoil", "hours_ago"),
    [(crashing, 4), pytest.param(with_a_migration_that_fails, 2, marks=pytest.mark.drill)],
)
async def test_a_version_that_is_not_well_is_taken_back_while_a_car_charges(
    spoil: Callable[[Path], None],
    hours_ago: int,
    impatient: Stacks,
    drill_station: DrillStation,
    runbook: Callable[[str], Runbook],
    figures: Figures,
    tmp_path: Path,
) -> None:
    stacks = impatient
    bad = pushed(stacks, spoil, tmp_path / "release")
    ssm = stacks.playground.deployment.client("ssm")
    good = ssm.get_parameter(Name=DIGEST)["Parameter"]["Value"]
    ssm.put_parameter(Name=DIGEST, Value=bad, Overwrite=True)
    before, standing = stacks.tasks(), stacks.standing()

    async with drill_station.connect() as station, always_served(drill_station.api):
        charge = drill_station.charge(hours_ago, 9_000, until_remote_stop=True)
        charging = asyncio.create_task(station.charge(charge))
        with (
            figures.measure(f"bad release, {spoil.__name__}: CloudFormation took it back"),
            pytest.raises(CdkError, match="circuit breaker"),
        ):
            await asyncio.to_thread(stacks.deploy, "charging")
        assert stacks.standing() == standing | {"playground-charging": "UPDATE_ROLLBACK_COMPLETE"}
        assert stacks.tasks() == before
        [session] = (await drill_station.api.get("/sessions", status="active"))["items"]
        stop = {"transaction_id": session["transaction_id"]}
        await drill_station.api.post(f"/stations/{station.station_id}/remote-stop", stop)
        await charging
    assert (await drill_station.energies())[-1] == 9_000
    runbook("bad-release.md").run("What is left to do", ENV="playground", folder=tmp_path)
    assert ssm.get_parameter(Name=DIGEST)["Parameter"]["Value"] == good


@pytest.mark.drill
async def test_the_version_before_comes_back_to_a_schema_that_a_newer_one_has_changed(
    stacks: Stacks, drill_station: DrillStation, figures: Figures, tmp_path: Path
) -> None:
    newer = pushed(stacks, with_a_new_column, tmp_path / "release")
    ssm = stacks.playground.deployment.client("ssm")
    before = ssm.get_parameter(Name=DIGEST)["Parameter"]["Value"]
    async with always_served(drill_station.api):
        for version in (newer, before):
            ssm.put_parameter(Name=DIGEST, Value=version, Overwrite=True)
            running = stacks.tasks()
            with figures.measure(f"to another version, {'newer' if version == newer else 'back'}"):
                await asyncio.to_thread(stacks.deploy, "charging")
            assert stacks.tasks() != running
    async with drill_station.connect() as station:
        await station.charge(drill_station.charge(1, 4_000))
    assert (await drill_station.energies())[-1] == 4_000
