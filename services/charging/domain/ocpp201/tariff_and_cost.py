"""OCPP 2.0.1, block I: tariff and cost."""

from decimal import Decimal

from services.charging.domain.ocpp201.types import Message, String36


class CostUpdated(Message, frozen=True, kw_only=True):
    """What a transaction costs until now, with taxes (I02)."""

    total_cost: Decimal
    transaction_id: String36


class CostUpdatedResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
