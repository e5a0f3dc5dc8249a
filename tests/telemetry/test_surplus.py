"""Solar surplus of sites: from statuses to the queue that charging consumes."""

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from contracts.personas import OWN_COMPANY
from contracts.site_surplus import SiteSurplus, SurplusReport, decode
from lambdas.telemetry.adapters.controllers import AnotherCompanysError, ControllerTable
from lambdas.telemetry.adapters.graphql import BadArgumentsError, NotAllowedError, Resolvers
from lambdas.telemetry.adapters.surplus_queue import NotSentError, SqsSurplusQueue
from lambdas.telemetry.adapters.table import TelemetryTable
from lambdas.telemetry.application.history import Histories
from lambdas.telemetry.application.surplus import SiteSurpluses
from lambdas.telemetry.domain.rollup import Sample
from lambdas.telemetry.domain.status import Status
from lambdas.telemetry.domain.surplus import Controller, surplus_w
from tests.telemetry.documents import RECEIVED_AT, document
from tests.telemetry.test_query import event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT = datetime(2026, 11, 21, 11, 55, tzinfo=UTC)
MODULE = "lambdas.telemetry.surplus"


def samples(*powers: tuple[float | None, float | None]) -> list[Sample]:
    """Solar and grid power of each minute."""
    return [
        Sample(
            AT,
            "status",
            Status(
                solar_power_w=None if solar is None else Decimal(str(solar)),
                grid_power_w=None if grid is None else Decimal(str(grid)),
            ),
        )
        for solar, grid in powers
    ]


@pytest.mark.parametrize(
    ("devices", "watts"),
    [
        ([], None),
        ([samples()], None),
        ([samples((None, None))], None),
        ([samples((1000, None), (2000, None))], 1500),
        ([samples((1000.9, None))], 1000),
        ([samples((-2.5, None))], -3),
        # What its motor leaves is what it feeds in.
        ([samples((3000, -800), (3000, 200))], 300),
        ([samples((1000, None)), samples(), samples((None, 400))], 600),
    ],
)
def test_the_surplus_is_the_sum_of_the_controllers_means(
    devices: Sequence[Sequence[Sample]], watts: int | None
) -> None:
    assert surplus_w(devices) == watts


class FakeHistory:
    """Each device reports 1 kW."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime, datetime]] = []

    def between(self, device_id: str, start: datetime, end: datetime) -> list[Sample]:
        self.asked.append((device_id, start, end))
        return samples() if device_id == "silent" else samples((1000, None))


class FakeSide:
    """Controllers and queue."""

    def __init__(self, *controllers: Controller) -> None:
        self._controllers = controllers
        self.sent: list[SurplusReport] = []

    def all(self) -> list[Controller]:
        return list(self._controllers)

    def send(self, reports: Sequence[SurplusReport]) -> None:
        self.sent += reports


def test_each_site_whose_controllers_report_gets_a_figure() -> None:
    side = FakeSide(
        Controller("one", "depot", "nordwind"),
        Controller("two", "depot", "nordwind"),
        Controller("silent", "depot", "nordwind"),
        Controller("silent", "dark", "nordwind"),
        Controller("three", "depot", "suedwind"),
    )
    history = FakeHistory()
    SiteSurpluses(side, history, side).tell(AT)
    assert side.sent == [
        SurplusReport("nordwind", "depot", (SiteSurplus(AT, 2000),)),
        SurplusReport("suedwind", "depot", (SiteSurplus(AT, 1000),)),
    ]
    assert history.asked[0] == ("one", AT - timedelta(minutes=5), AT)


@pytest.fixture
def controllers(dynamodb: "DynamoDBClient") -> ControllerTable:
    return ControllerTable(dynamodb, "fleet")


Resolve = Callable[..., Any]


@pytest.fixture
def resolve(table: TelemetryTable, controllers: ControllerTable) -> Resolve:
    resolvers = Resolvers(Histories(table, clock=lambda: AT), controllers)

    def ask(field: str, company: str = "nordwind", /, **arguments: object) -> Any:
        groups = ("operator", f"company:{company}")
        return resolvers(event(field, groups, **arguments))

    return ask


@pytest.mark.integration
def test_a_device_is_a_controller_of_one_site_until_it_is_released(resolve: Resolve) -> None:
    for site in ("depot", "yard"):
        assigned = resolve("assignController", deviceId="d-1", siteId=site)
        assert assigned == {"deviceId": "d-1", "siteId": site}
    assert resolve("siteControllers", siteId="depot") == []
    assert resolve("siteControllers", siteId="yard") == [assigned]
    assert resolve("siteControllers", "suedwind", siteId="yard") == []
    assert resolve("releaseController", deviceId="d-1") == "d-1"
    assert resolve("releaseController", deviceId="d-1") == "d-1"
    assert resolve("siteControllers", siteId="yard") == []


@pytest.mark.integration
def test_a_controller_is_its_companys(resolve: Resolve) -> None:
    resolve("assignController", deviceId="d-1", siteId="depot")
    with pytest.raises(AnotherCompanysError):
        resolve("assignController", "suedwind", deviceId="d-1", siteId="suedwind-depot")
    with pytest.raises(AnotherCompanysError):
        resolve("releaseController", "suedwind", deviceId="d-1")
    assert len(resolve("siteControllers", siteId="depot")) == 1


@pytest.mark.integration
def test_the_deployed_resolver_assigns_and_releases(
    controllers: ControllerTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("TABLE_NAME", "fleet")
    monkeypatch.delitem(sys.modules, "lambdas.telemetry.query", raising=False)
    handler = importlib.import_module("lambdas.telemetry.query").handler
    handler(event("assignController", deviceId="d-1", siteId="depot"), None)
    assert controllers.all() == [Controller("d-1", "depot", OWN_COMPANY)]
    handler(event("releaseController", deviceId="d-1"), None)
    assert controllers.all() == []


@pytest.mark.integration
def test_who_may_assign_and_what(table: TelemetryTable, controllers: ControllerTable) -> None:
    resolvers = Resolvers(Histories(table, clock=lambda: AT), controllers)
    wanted = {"deviceId": "d-1", "siteId": "depot"}
    with pytest.raises(NotAllowedError):
        resolvers(event("assignController", ("partner",), **wanted))
    with pytest.raises(BadArgumentsError):
        resolvers(event("assignController", **(wanted | {"siteId": ""})))
    assert controllers.all() == []


@pytest.mark.integration
def test_the_deployed_function_tells_what_was_reported(
    table: TelemetryTable, controllers: ControllerTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="site-surplus")["QueueUrl"]
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("TABLE_NAME", "fleet")
    monkeypatch.setenv("SITE_SURPLUS_QUEUE_URL", url)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    handler = importlib.import_module(MODULE).handler
    for number in range(12):
        controllers.assign(Controller(f"d-{number}", f"site-{number:02}", "nordwind"))
        for minute in (49, 50, 54):
            at = f"2026-11-21T11:{minute}:00Z"
            told = document(at, device_id=f"d-{number}", solar_power_w=minute)
            table.store([told], RECEIVED_AT)
    schedule = {"time": "2026-11-21T11:55:00Z"}
    assert json.loads(json.dumps(handler(schedule, None))) == {"sites": 12}
    received = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        received += [decode(message["Body"]) for message in messages]
    assert sorted(received, key=lambda report: report.site_id) == [
        SurplusReport("nordwind", f"site-{number:02}", (SiteSurplus(AT, 52),))
        for number in range(12)
    ]


class RefusingQueue:
    """Takes the first message of each batch."""

    def send_message_batch(self, **_: object) -> dict[str, Any]:
        return {"Failed": [{"Id": "1", "Code": "InternalError"}]}


def test_a_figure_that_the_queue_does_not_take_fails_the_function() -> None:
    reports = [SurplusReport("nordwind", "depot", (SiteSurplus(AT, 1),))] * 2
    with pytest.raises(NotSentError, match="1 of 2: InternalError"):
        SqsSurplusQueue(RefusingQueue(), "url").send(reports)  # type: ignore[arg-type] # a fake
