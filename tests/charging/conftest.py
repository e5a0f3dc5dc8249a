"""Fixtures of the charging program."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from contracts.personas import OWN_COMPANY
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from tests.charging.aws import Aws
from tests.charging.aws import running as running_aws
from tests.charging.companies import SITE, Company, company, things_of
from tests.charging.program import ChargingProgram, charging_program
from tests.postgres import Database as EmptyDatabase
from tests.postgres import Server
from tests.xray import XRay
from tests.xray import running as running_xray

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture(scope="session")
def xray() -> Iterator[XRay]:
    with running_xray() as xray:
        yield xray


@pytest.fixture(scope="session")
def _program(
    postgres: Server, aws: Aws, xray: XRay, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChargingProgram]:
    """It tells of all that it is asked: traces change nothing."""
    folder = tmp_path_factory.mktemp("charging")
    with (
        postgres.database() as database,
        charging_program(database, aws, folder, **xray.environment) as program,
    ):
        yield program


@pytest.fixture
def program(_program: ChargingProgram, aws: Aws) -> ChargingProgram:
    """Running, healthy and signed in, whatever an earlier test did to it."""
    aws.refuses = False
    if not _program.is_running:
        _program.start()
        _program.healthy()
    _program.sign_in()
    return _program


@pytest.fixture
def station_id(program: ChargingProgram) -> str:
    """A station that no other test knows, registered; and the token CARD1."""
    station_id = f"CP{next(_numbers)}"
    program.register(station_id)
    return station_id


@pytest_asyncio.fixture
async def kept(database: EmptyDatabase) -> AsyncIterator[Database]:
    """An empty database of ours, but for the stations CP1 and CP2."""
    kept = Database(database.conninfo)
    await kept.open()
    await kept.migrate()
    stations = PostgresStations(kept)
    site = Site("depot", "Depot", SiteKind.WORKPLACE, "Europe/Berlin")
    await stations.put_site(OWN_COMPANY, site)
    key = StationKey.of("a-long-and-random-key")
    await stations.put(OWN_COMPANY, [Station(name, "depot", 1, key) for name in ("CP1", "CP2")])
    yield kept
    await kept.close()


@pytest.fixture
def nordwind(program: ChargingProgram) -> Iterator[Company]:
    with company(program, "nordwind", "ada") as people:
        yield people


@pytest.fixture
def suedwind(program: ChargingProgram) -> Iterator[Company]:
    with company(program, "suedwind", "bob") as people:
        site = SITE | {"name": "suedwind"}
        people.operator.put("/sites/suedwind-depot", json=site).raise_for_status()
        token = {"driver": "Bob", "driver_id": "bob"}
        people.operator.put("/tokens/SUEDWIND1", json=token).raise_for_status()
        yield people


@pytest.fixture
def theirs(program: ChargingProgram, nordwind: Company) -> dict[str, str]:
    """The ids of one thing of each kind that nordwind has."""
    return things_of(nordwind, program)
