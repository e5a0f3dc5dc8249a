"""Making and changing contracts."""

from services.billing.application.ports import Ledger
from services.billing.domain.contract import Contract
from services.billing.domain.errors import ClosedMonthError


class ContractKeeping:
    """Contracts change for the future; what is invoiced stays as it was agreed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def put(self, contract_id: str, contract: Contract) -> bool:
        """Make or replace a contract; true when it is new.

        Raises `ClosedMonthError` and `TokenTakenError`.
        """
        async with self._ledger.transaction() as transaction:
            kept = await transaction.contracts.lock(contract_id)
            if kept == contract:
                return False
            closed = await transaction.invoices.closed_periods(contract_id) if kept else ()
            if kept and closed:
                change = kept.change_of_closed_days(contract, closed[-1].next_first_day)
                if change:
                    raise ClosedMonthError(f"{contract_id} is closed up to {closed[-1]}: {change}")
            await transaction.contracts.put(contract_id, contract)
        return kept is None
