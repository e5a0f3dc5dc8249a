"""OCPP 2.0.1, block B: provisioning."""

from typing import Literal

from services.charging.domain.ocpp201.types import (
    DateTime,
    Message,
    StatusInfo,
    String6,
    String20,
    String25,
    String50,
    String255,
    String512,
)

BootReason = Literal[
    "ApplicationReset",
    "FirmwareUpdate",
    "LocalReset",
    "PowerUp",
    "RemoteReset",
    "ScheduledReset",
    "Triggered",
    "Unknown",
    "Watchdog",
]
OCPPInterface = Literal[
    "Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3"
]


class Modem(Message, frozen=True, kw_only=True):
    """A modem, by its SIM card."""

    iccid: String20 | None = None
    imsi: String20 | None = None


class ChargingStation(Message, frozen=True, kw_only=True):
    """The station as its vendor names it."""

    model: String20
    vendor_name: String50
    serial_number: String25 | None = None
    modem: Modem | None = None
    firmware_version: String50 | None = None


class BootNotification(Message, frozen=True, kw_only=True):
    """The station tells who it is (B01)."""

    charging_station: ChargingStation
    reason: BootReason


class BootNotificationResponse(Message, frozen=True, kw_only=True):
    """Whether it may speak."""

    current_time: DateTime
    interval: int
    """Seconds between heartbeats when accepted, between boots when not."""
    status: Literal["Accepted", "Pending", "Rejected"]
    status_info: StatusInfo | None = None


class APN(Message, frozen=True, kw_only=True):
    """How to join a mobile network."""

    apn: String512
    apn_authentication: Literal["CHAP", "NONE", "PAP", "AUTO"]
    apn_user_name: String20 | None = None
    apn_password: String20 | None = None
    sim_pin: int | None = None
    preferred_network: String6 | None = None
    use_only_preferred_network: bool | None = None


class VPN(Message, frozen=True, kw_only=True):
    """How to join a virtual private network."""

    server: String512
    user: String20
    password: String20
    key: String255
    type: Literal["IKEv2", "IPSec", "L2TP", "PPTP"]
    group: String20 | None = None


class NetworkConnectionProfile(Message, frozen=True, kw_only=True):
    """How to reach a central system."""

    ocpp_version: Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20"]
    ocpp_transport: Literal["JSON", "SOAP"]
    ocpp_csms_url: String512
    message_timeout: int
    """Seconds."""
    security_profile: int
    ocpp_interface: OCPPInterface
    apn: APN | None = None
    vpn: VPN | None = None


class SetNetworkProfile(Message, frozen=True, kw_only=True):
    """Another way to the central system is to be kept (B09)."""

    configuration_slot: int
    connection_data: NetworkConnectionProfile


class SetNetworkProfileResponse(Message, frozen=True, kw_only=True):
    """Whether it is kept."""

    status: Literal["Accepted", "Rejected", "Failed"]
    status_info: StatusInfo | None = None


class Reset(Message, frozen=True, kw_only=True):
    """The station, or one EVSE, is to start anew (B11, B12)."""

    type: Literal["Immediate", "OnIdle"]
    evse_id: int | None = None


class ResetResponse(Message, frozen=True, kw_only=True):
    """Whether it will; scheduled for when its transactions are over."""

    status: Literal["Accepted", "Rejected", "Scheduled"]
    status_info: StatusInfo | None = None
