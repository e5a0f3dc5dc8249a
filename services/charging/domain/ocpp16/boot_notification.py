"""``BootNotification`` (OCPP 1.6, section 4.2)."""

from typing import Literal

from services.charging.domain.ocpp16.types import (
    CiString20,
    CiString25,
    CiString50,
    DateTime,
    Message,
)


class BootNotification(Message, frozen=True, kw_only=True):
    """The station tells who it is."""

    charge_point_vendor: CiString20
    charge_point_model: CiString20
    charge_point_serial_number: CiString25 | None = None
    charge_box_serial_number: CiString25 | None = None
    firmware_version: CiString50 | None = None
    iccid: CiString20 | None = None
    imsi: CiString20 | None = None
    meter_type: CiString25 | None = None
    meter_serial_number: CiString25 | None = None


class BootNotificationResponse(Message, frozen=True, kw_only=True):
    """`interval`: seconds between heartbeats when accepted, between boots when not."""

    status: Literal["Accepted", "Pending", "Rejected"]
    current_time: DateTime
    interval: int
