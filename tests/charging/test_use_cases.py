"""Every operation of OCPP 1.6 spoken in memory, and those of its security white paper."""

import re

import pytest

from services.charging.domain.ocpp16.version import OCPP_1_6 as VERSION
from tests.charging.official import OCPP_1_6
from tests.charging.speaking import Speaker
from tests.charging.use_cases import OPERATIONS

WHITE_PAPER = "A01 A02 A03 A04 A05 L01 M03 M04 M05 N01"


@pytest.mark.parametrize("name", OPERATIONS)
async def test_operation(name: str) -> None:
    await Speaker(VERSION, OCPP_1_6, calls_end="").speak(OPERATIONS[name])


def test_every_operation_is_spoken() -> None:
    sections = {f"4.{number}" for number in range(1, 11)} | {f"5.{n}" for n in range(1, 20)}
    spoken = {one for name in OPERATIONS for one in re.findall(r"\b([45]\.\d+|[A-N]\d\d)\b", name)}
    assert spoken == sections | set(WHITE_PAPER.split())
