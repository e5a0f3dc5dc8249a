"""Closing a month of a contract: its one invoice."""

from services.billing.application.ports import Clock, Ledger
from services.billing.domain.billing_period import BillingPeriod
from services.billing.domain.errors import (
    ContractNotFoundError,
    NothingToInvoiceError,
    PeriodNotOverError,
)
from services.billing.domain.invoice import Invoice, Reason, Seller, draft, issue


class MonthClose:
    """One transaction a contract and month, so a run over many can stop and go on anywhere."""

    def __init__(self, ledger: Ledger, seller: Seller, clock: Clock) -> None:
        self._ledger = ledger
        self._seller = seller
        self._clock = clock

    async def close(self, contract_id: str, period: BillingPeriod) -> tuple[Invoice, bool]:
        """The month's invoice, and whether it is new: closing again gives the same.

        Raises `ContractNotFoundError`, `PeriodNotOverError` and `NothingToInvoiceError`.
        """
        async with self._ledger.transaction() as transaction:
            contract = await transaction.contracts.lock(contract_id)
            if contract is None:
                raise ContractNotFoundError(f"there is no contract {contract_id}")
            reason = Reason.REGULAR
            issued = await transaction.invoices.of_period(contract_id, period, reason)
            if issued is not None:
                return issued, False
            now, bounds = self._clock(), period.bounds(contract.zone)
            if now < bounds[1]:
                raise PeriodNotOverError(
                    f"{period} ends at {bounds[1].astimezone(contract.zone).isoformat()}"
                    f" in {contract.time_zone}; it can be closed from then on"
                )
            records = await transaction.charging_records.to_invoice(contract_id, bounds)
            month = draft(contract, period, records)
            if not month.lines:
                raise NothingToInvoiceError(
                    f"{contract_id} has neither a fee nor a session in {period}; it stays open"
                )
            issue_date = now.astimezone(contract.zone).date()
            # Last, as it makes every other close wait for the commit.
            number = await transaction.invoices.next_number(issue_date.year)
            invoice = issue(
                month,
                number=number,
                issue_date=issue_date,
                contract_id=contract_id,
                contract=contract,
                period=period,
                reason=reason,
                seller=self._seller,
            )
            await transaction.invoices.add(invoice, bounds)
        return invoice, True
