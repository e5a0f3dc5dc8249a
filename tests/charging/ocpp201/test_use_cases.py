"""Use cases of OCPP 2.0.1 spoken in memory, and that every one is spoken or named with a reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.charging.domain.ocpp201.version import OCPP_2_0_1 as VERSION
from tests.charging.ocpp201.use_cases import USE_CASES
from tests.charging.ocpp201.use_cases_of_access import ACCESS
from tests.charging.ocpp201.use_cases_of_operation import OPERATION
from tests.charging.ocpp201.use_cases_of_tariffs import TARIFFS
from tests.charging.ocpp201.use_cases_of_transactions import TRANSACTIONS
from tests.charging.official import OCPP_2_0_1
from tests.charging.speaking import Speaker

IN_MEMORY = ACCESS | TRANSACTIONS | TARIFFS | OPERATION
DOCS = Path(__file__).parents[3] / "docs" / "ocpp-2.0.1.md"
LAST_OF_BLOCK = dict(
    zip("ABCDEFGHIJKLMNOP", (5, 12, 16, 2, 15, 6, 5, 4, 6, 3, 17, 4, 6, 10, 6, 2), strict=True)
)


@pytest.mark.parametrize("name", IN_MEMORY)
async def test_use_case(name: str) -> None:
    await Speaker(VERSION, OCPP_2_0_1, calls_end="Request").speak(IN_MEMORY[name])


def test_every_use_case_is_spoken_or_named_with_a_reason() -> None:
    of_standard = {
        f"{block}{number:02}"
        for block, last in LAST_OF_BLOCK.items()
        for number in range(1, last + 1)
    }
    spoken = {one for name in (USE_CASES | IN_MEMORY) for one in _named(name)}
    rows = re.findall(r"^\| ((?:[A-P]\d\d ?)+)\| (.+) \|$", DOCS.read_text(), re.MULTILINE)
    explained = {one for names, reason in rows if reason for one in names.split()}
    assert spoken | explained == of_standard
    assert not spoken & explained


def _named(name: str) -> Iterator[str]:
    """``N02 to N08`` are all of them."""
    for block, first, last in re.findall(r"\b([A-P])(\d\d)(?: to [A-P](\d\d))?\b", name):
        yield from (f"{block}{number:02}" for number in range(int(first), int(last or first) + 1))
