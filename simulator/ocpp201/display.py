"""What the driver reads at a station of OCPP 2.0.1 (block I)."""

from decimal import Decimal

from simulator.connection import Payload


class Display:
    """Remembers what it was told last."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.price: str | None = None
        """``personalMessage``, or what has updated it."""
        self.costs: dict[str, Decimal] = {}
        """By transaction: ``totalCost``, which is final when the transaction has ended."""

    def show(self, answer: Payload, transaction_id: str | None = None) -> None:
        """Take what an answer tells, to ``Authorize`` or to an event of a transaction."""
        updated = answer.get("updatedPersonalMessage")
        told = updated or answer.get("idTokenInfo", {}).get("personalMessage")
        if told is not None:
            self.price = told["content"]
        if transaction_id is not None and "totalCost" in answer:
            self.cost(transaction_id, answer["totalCost"])

    def cost(self, transaction_id: str, total: float) -> None:
        """``totalCost``, as JSON has it."""
        self.costs[transaction_id] = Decimal(str(total))
