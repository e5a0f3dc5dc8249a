"""A vendor's own message."""

from services.charging.application.inbound import Inbound
from services.charging.domain.ocpp201.data_transfer import DataTransfer, DataTransferResponse


class DataTransferHandler:
    """No vendor's extension is known."""

    async def handle(self, _inbound: Inbound[DataTransfer]) -> DataTransferResponse:
        """``UnknownVendorId`` (OCPP 2.0.1, P02)."""
        return DataTransferResponse(status="UnknownVendorId")
