"""OCPP 2.0.1, block H: reservation."""

from typing import Literal

from services.charging.domain.ocpp201.id_token import IdToken
from services.charging.domain.ocpp201.types import DateTime, Message, StatusInfo

ConnectorType = Literal[
    "cCCS1",
    "cCCS2",
    "cG105",
    "cTesla",
    "cType1",
    "cType2",
    "s309-1P-16A",
    "s309-1P-32A",
    "s309-3P-16A",
    "s309-3P-32A",
    "sBS1361",
    "sCEE-7-7",
    "sType2",
    "sType3",
    "Other1PhMax16A",
    "Other1PhOver16A",
    "Other3Ph",
    "Pan",
    "wInductive",
    "wResonant",
    "Undetermined",
    "Unknown",
]


class ReserveNow(Message, frozen=True, kw_only=True):
    """An EVSE is to wait for an identifier (H01)."""

    id: int
    expiry_date_time: DateTime
    id_token: IdToken
    connector_type: ConnectorType | None = None
    evse_id: int | None = None
    group_id_token: IdToken | None = None


class ReserveNowResponse(Message, frozen=True, kw_only=True):
    """Whether it will."""

    status: Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
    status_info: StatusInfo | None = None


class CancelReservation(Message, frozen=True, kw_only=True):
    """An EVSE is not to wait any longer (H02)."""

    reservation_id: int


class CancelReservationResponse(Message, frozen=True, kw_only=True):
    """Whether it did."""

    status: Literal["Accepted", "Rejected"]
    status_info: StatusInfo | None = None


class ReservationStatusUpdate(Message, frozen=True, kw_only=True):
    """A reservation is over (H04)."""

    reservation_id: int
    reservation_update_status: Literal["Expired", "Removed"]


class ReservationStatusUpdateResponse(Message, frozen=True, kw_only=True):
    """Nothing but yes."""
