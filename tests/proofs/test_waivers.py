import datetime
from pathlib import Path

import pytest

from proofs import waivers
from proofs.ledger import identities
from proofs.losses import Loss, losses
from proofs.waivers import Waiver, WaiversError, judge
from tests.proofs.stages import resource, stage

TODAY = datetime.date(2026, 11, 21)
GOOD = """
[[waiver]]
environment = "dev"
identity = "dev-data/Table"
change = "orphaned"
reason = "Its telemetry moved."
owner = "telemetry"
until = 2026-12-31
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "waivers.toml"


@pytest.fixture
def loss() -> Loss:
    before = stage("dev", data={"Table": resource("AWS::DynamoDB::Table")})
    (loss,) = losses(identities(before), [])
    return loss


def read(file: Path, text: str) -> list[Waiver]:
    file.write_text(text)
    return waivers.read(file)


def test_a_loss_without_a_waiver_is_told(loss: Loss) -> None:
    assert judge("dev", [loss], [], TODAY) == [str(loss)]


def test_a_waiver_covers_its_loss(file: Path, loss: Loss) -> None:
    assert judge("dev", [loss], read(file, GOOD), TODAY) == []


@pytest.mark.parametrize(("today", "faults"), [((2026, 12, 31), 0), ((2027, 1, 1), 1)])
def test_a_waiver_counts_until_its_day(
    file: Path, loss: Loss, today: tuple[int, int, int], faults: int
) -> None:
    found = judge("dev", [loss], read(file, GOOD), datetime.date(*today))
    assert len(found) == faults
    assert all("has expired" in fault for fault in found)


@pytest.mark.parametrize(("today", "faults"), [((2026, 10, 2), 0), ((2026, 10, 1), 1)])
def test_a_waiver_counts_for_90_days_at_most(
    file: Path, loss: Loss, today: tuple[int, int, int], faults: int
) -> None:
    found = judge("dev", [loss], read(file, GOOD), datetime.date(*today))
    assert len(found) == faults
    assert all("counts for more than 90 days" in fault for fault in found)


def test_a_waiver_without_a_loss_is_told(file: Path) -> None:
    (fault,) = judge("dev", [], read(file, GOOD), TODAY)
    assert fault.endswith("waives nothing: remove it")


@pytest.mark.parametrize(
    ("written", "instead"),
    [('"orphaned"', '"replaced"'), ("dev-data/Table", "dev-data/Other")],
)
def test_a_waiver_of_something_else_does_not_cover(
    file: Path, loss: Loss, written: str, instead: str
) -> None:
    found = judge("dev", [loss], read(file, GOOD.replace(written, instead)), TODAY)
    assert found[0] == str(loss)
    assert found[1].endswith("waives nothing: remove it")


def test_a_waiver_of_another_environment_neither_covers_nor_is_missed(
    file: Path, loss: Loss
) -> None:
    elsewhere = read(file, GOOD.replace('"dev"', '"qa"'))
    assert judge("dev", [loss], elsewhere, TODAY) == [str(loss)]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('owner = "telemetry"\n', ""),
        ('owner = "telemetry"', 'owner = ""'),
        ("until = 2026-12-31", 'until = "some day"'),
        ("owner =", "holder ="),
    ],
)
def test_a_waiver_says_everything(file: Path, written: str, instead: str) -> None:
    with pytest.raises(WaiversError, match="waiver 1: "):
        read(file, GOOD.replace(written, instead))
