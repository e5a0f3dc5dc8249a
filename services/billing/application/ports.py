"""What the use cases need of the world."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.charging_record import ChargingRecord
from services.billing.domain.contract import Contract
from services.billing.domain.invoice import Invoice, Reason

Clock = Callable[[], datetime]
"""The time, in UTC."""


@dataclass(frozen=True)
class ReceivedRecord:
    """A charging record with the event that brought it."""

    event_id: str
    record: ChargingRecord
    body: str
    """The message as it was received."""


@dataclass(frozen=True)
class Quarantined:
    """A message that cannot become a record, and why."""

    body: str
    reason: str


@dataclass(frozen=True)
class IssuedInvoice:
    """An invoice as it goes out: `content` is its JSON, byte for byte."""

    contract_id: str
    number: str
    content: bytes


class DocumentError(Exception):
    """A document cannot be made or kept at the moment."""


class InvoiceLayout(Protocol):
    """Makes the PDF of an invoice; the same content gives the same bytes."""

    def pdf(self, content: bytes) -> bytes:
        """Blocks; raises `DocumentError`."""


class DocumentArchive(Protocol):
    """Where documents are kept, each written once."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep it, or nothing if the key is there; blocks; raises `DocumentError`."""

    def get(self, key: str) -> bytes | None:
        """What is kept under the key; blocks; raises `DocumentError`."""


class ChargingRecords(Protocol):
    """The records, written once."""

    async def add(self, received: Sequence[ReceivedRecord]) -> Sequence[ReceivedRecord]:
        """Keep those not known yet; return those that contradict what is kept."""

    async def to_invoice(
        self, contract_id: str, period: tuple[datetime, datetime]
    ) -> Sequence[ChargingRecord]:
        """Not yet invoiced: those of the period, and late ones of closed earlier periods."""


class Quarantine(Protocol):
    """Messages set aside, each once, for people to look at."""

    async def add(self, messages: Sequence[Quarantined]) -> None:
        """Keep them as they are."""


class Contracts(Protocol):
    """The contracts."""

    async def lock(self, contract_id: str) -> Contract | None:
        """The contract, held until the transaction ends."""

    async def put(self, contract_id: str, contract: Contract) -> None:
        """Make or replace it; raises `TokenTakenError`."""


class Invoices(Protocol):
    """The issued invoices."""

    async def of_period(
        self, contract_id: str, period: BillingPeriod, reason: Reason
    ) -> Invoice | None:
        """The one invoice of a contract's month and reason."""

    async def closed_periods(self, contract_id: str) -> Sequence[BillingPeriod]:
        """The months of a contract that have an invoice, in their order."""

    async def next_number(self, year: int) -> str:
        """Allocate it in this transaction: a rollback gives it back."""

    async def add(self, invoice: Invoice, period: tuple[datetime, datetime]) -> None:
        """Keep it with the link from each session to its line; its documents are due."""

    async def content(self, number: str) -> IssuedInvoice | None:
        """An invoice as it was issued."""

    async def claim_due_documents(self, now: datetime) -> IssuedInvoice | None:
        """One whose documents are to be written; nobody else gets it in this transaction."""

    async def documents_written(self, number: str) -> None:
        """They are in the archive."""

    async def postpone_documents(self, number: str, until: datetime) -> None:
        """They could not be written now."""


class Transaction(Protocol):
    """All of it or nothing."""

    @property
    def charging_records(self) -> ChargingRecords: ...  # noqa: D102 — its type says it
    @property
    def quarantine(self) -> Quarantine: ...  # noqa: D102 — its type says it
    @property
    def contracts(self) -> Contracts: ...  # noqa: D102 — its type says it
    @property
    def invoices(self) -> Invoices: ...  # noqa: D102 — its type says it


class Ledger(Protocol):
    """Billing's database."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits when the block ends well."""
