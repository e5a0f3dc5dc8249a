"""The tables of messages in the docs."""

import pytest

from tests.charging.conformance import CONFORMANCE, Conformance


@pytest.mark.parametrize("conformance", CONFORMANCE, ids=lambda one: one.title)
def test_complete_and_up_to_date(conformance: Conformance) -> None:
    shown = conformance.path.read_text()
    assert shown == conformance.page(), "run python -m tests.charging.conformance"
    assert "missing" not in shown
