"""Sites, their stations, and the keys that stations prove themselves with."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from services.charging.domain.places import Location
from services.charging.domain.registration import Registration


class SiteKind(StrEnum):
    """Where a station stands, seen from the employee who charges there."""

    WORKPLACE = "workplace"
    HOME = "home"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Site:
    """A place with stations; `time_zone` is an IANA name."""

    id: str
    name: str
    kind: SiteKind
    time_zone: str


@dataclass(frozen=True, slots=True)
class StationKey:
    """What is kept of a station's key.

    Keys are long and random, not chosen by people: a salted fast hash is as safe as a slow one, and
    thousands of stations may reconnect at once.
    """

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, key: str) -> Self:
        """Keep a new key."""
        salt = os.urandom(16)
        return cls(salt, _digest(salt, key.encode()))

    def matches(self, key: bytes) -> bool:
        """Compare in constant time.

        A key that we know in hex is sent as it is or as the bytes it stands for (Improved security
        for OCPP 1.6-J, section 4.1.3).
        """
        forms = (key, key.hex().encode(), key.hex().upper().encode())
        return any(hmac.compare_digest(self.digest, _digest(self.salt, one)) for one in forms)


class PlugStandard(StrEnum):
    """What fits into a connector (OCPI 2.2.1, ``ConnectorType``)."""

    CHADEMO = "CHADEMO"
    DOMESTIC_F = "DOMESTIC_F"
    IEC_60309_2_THREE_16 = "IEC_60309_2_three_16"
    IEC_60309_2_THREE_32 = "IEC_60309_2_three_32"
    IEC_62196_T1 = "IEC_62196_T1"
    IEC_62196_T1_COMBO = "IEC_62196_T1_COMBO"
    IEC_62196_T2 = "IEC_62196_T2"
    IEC_62196_T2_COMBO = "IEC_62196_T2_COMBO"


@dataclass(frozen=True, slots=True)
class Plug:
    """What a connector offers."""

    connector_id: int
    standard: PlugStandard
    max_power_w: int


@dataclass(frozen=True, slots=True)
class Station:
    """A charging station: a *charge point* in OCPP 1.6."""

    id: str
    site_id: str
    connectors: int
    key: StationKey
    location: Location | None = None
    plugs: Sequence[Plug] = ()
    driver_id: str | None = None
    """``sub`` of the driver at whose home it stands: no colleague finds it."""
    registration: Registration | None = None
    """None: as before, and accepted when it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationChange:
    """What operators may change of a station; without `key` or `registration` it keeps its own."""

    id: str
    site_id: str
    connectors: int
    key: StationKey | None
    location: Location | None
    plugs: Sequence[Plug]
    driver_id: str | None
    registration: Registration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorReport:
    """A connector as its station reports it."""

    evse_id: int
    """0 in OCPP 1.6, which knows no EVSEs; in 2.0.1, 0 is the station as a whole."""
    connector_id: int
    """In OCPP 1.6, 0 is the station as a whole."""
    status: str
    error_code: str | None = None
    """Always there in OCPP 1.6, never in 2.0.1."""
    info: str | None = None
    vendor_error_code: str | None = None


def new_key() -> str:
    """The longest that both versions allow: 20 bytes in hex, 40 characters."""
    return secrets.token_hex(20)


def _digest(salt: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=32, salt=salt).digest()
