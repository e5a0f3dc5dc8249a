import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.telemetry.application.intake import Identity, Intake, Outcome, Result
from lambdas.telemetry.domain.status import StatusDocument
from tests.telemetry.documents import RECEIVED_AT, text_of

STORED, DUPLICATE = Outcome(Result.STORED), Outcome(Result.DUPLICATE)


class OutageError(Exception):
    """AWS does not answer."""


@dataclass
class Stores:
    """Table and log at once, which fail when told to."""

    table: dict[Identity, StatusDocument] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    failing: str = ""

    def known(self, documents: Collection[StatusDocument]) -> set[Identity]:
        return {d.identity for d in documents} & set(self.table)

    def store(self, documents: Collection[StatusDocument], received_at: datetime) -> None:
        assert received_at == RECEIVED_AT
        self._fail("store")
        for document in documents:
            self.table.setdefault(document.identity, document)

    def quarantine(self, text: str, reason: str, received_at: datetime) -> None:
        assert received_at == RECEIVED_AT
        self._fail("quarantine")
        self.quarantined.append((text, reason))

    def append(
        self, device_id: str, documents: Sequence[StatusDocument], received_at: datetime
    ) -> None:
        assert received_at == RECEIVED_AT
        self._fail("append")
        self.log.extend((device_id, document.text) for document in documents)

    def take(self, *texts: str) -> list[Outcome]:
        return Intake(self, self, lambda: RECEIVED_AT).take(texts)

    def _fail(self, step: str) -> None:
        if self.failing == step:
            raise OutageError(step)


def test_a_document_goes_to_the_log_of_its_device_and_to_the_table() -> None:
    stores = Stores()
    text = text_of(device_id="d-1")
    assert stores.take(text) == [STORED]
    assert stores.log == [("d-1", text)]
    assert [d.text for d in stores.table.values()] == [text]


def test_a_redelivery_writes_nothing() -> None:
    stores = Stores()
    stores.take(text_of())
    stores.failing = "append"
    assert stores.take(text_of()) == [DUPLICATE]
    assert len(stores.log) == 1


def test_same_moment_of_another_device_or_event_is_another_document() -> None:
    texts = [text_of(), text_of(device_id="other"), text_of(event="fault")]
    assert Stores().take(*texts) == [STORED] * 3


def test_one_bad_document_of_a_batch_stops_no_other() -> None:
    stores = Stores()
    first, bad, last = stores.take(text_of(), "{}", text_of("2026-11-21T11:58:00Z"))
    assert (first, last) == (STORED, STORED)
    assert bad.result is Result.QUARANTINED
    assert stores.quarantined == [("{}", bad.reason)]


@pytest.mark.parametrize("step", ["append", "store"])
def test_what_broke_off_is_complete_after_a_redelivery(step: str) -> None:
    stores = Stores(failing=step)
    with pytest.raises(OutageError):
        stores.take(text_of())
    assert stores.table == {}
    stores.failing = ""
    assert stores.take(text_of()) == [STORED]
    assert len(stores.table) == 1
    assert stores.log


def test_bad_data_is_never_acknowledged_before_it_is_kept() -> None:
    with pytest.raises(OutageError):
        Stores(failing="quarantine").take("{}")


@given(st.lists(st.integers(0, 20), max_size=40), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_stores_each_document_once(
    minutes: list[int], chance: random.Random
) -> None:
    texts = [text_of(f"2026-11-21T11:{minute:02}:00Z") for minute in minutes]
    cut = chance.randint(0, len(texts))
    stores = Stores()
    outcomes = stores.take(*texts[:cut]) + stores.take(*texts[cut:])
    assert outcomes.count(STORED) == len(stores.table) == len(stores.log) == len(set(texts))
    assert outcomes.count(DUPLICATE) == len(texts) - len(set(texts))
