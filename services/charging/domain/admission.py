"""How stations prove who they are: the security profiles of OCPP.

Profiles 1 and 2 are basic authentication, without and with TLS; profile 3 is a client certificate
whose common name is the station's id (Improved security for OCPP 1.6-J, section 4; 2.0.1, A00).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from services.charging.domain.registration import Registration
from services.charging.domain.stations import StationKey


class SecurityProfile(IntEnum):
    """What a station must show. Whether there is TLS is one for all, not theirs to choose."""

    BASIC = 1
    TLS_BASIC = 2
    CLIENT_CERTIFICATE = 3


class Arrival(IntEnum):
    """How a connection stands that a station has just made; the first is as good as none."""

    SUPERSEDED = 0
    """The station has a newer one."""
    NEWEST = 1
    AWAITED = 2
    """The newest, and commands wait for the station."""


class Proof(StrEnum):
    """What a station has shown."""

    KEY = "key"
    NEXT_KEY = "next-key"
    """One that it was told: from now on its only one."""
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Certified:
    """What a client certificate that was verified says."""

    name: str
    """The common name."""
    serial: str
    """In hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What came with the handshake."""

    user: bytes
    password: bytes
    certified: Certified | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What is known of a station that asks to be connected."""

    station_id: str
    company: str
    profile: SecurityProfile
    key: StationKey
    next_keys: Sequence[StationKey] = ()
    """Those that it was told since, did not refuse and has not connected with: it may hold any, for
    the answer to each may have been lost."""
    epoch: int
    """For the connection, if it comes to one: higher than all before."""
    registration: Registration = Registration.ACCEPTED
    """What it heard at its last boot, or is to hear at its first."""
    unused: Collection[str] = ()
    """Serials of certificates that the station was given and has not shown yet."""
    revoked: Collection[str] = ()
    """Serials of those that were followed by others."""

    def proof(self, shown: Shown) -> Proof | None:
        """By what the station is admitted; None: it is not.

        A certificate does for every profile; nothing less than the profile does.
        """
        if shown.certified is not None:
            is_its_own = shown.certified.name == self.station_id
            counts = is_its_own and shown.certified.serial not in self.revoked
            return Proof.CERTIFICATE if counts else None
        if self.profile is SecurityProfile.CLIENT_CERTIFICATE:
            return None
        if shown.user != self.station_id.encode():
            return None
        if self.next_key(shown) is not None:
            return Proof.NEXT_KEY
        return Proof.KEY if self.key.matches(shown.password) else None

    def next_key(self, shown: Shown) -> StationKey | None:
        """The one of its next keys that it shows."""
        return next((key for key in self.next_keys if key.matches(shown.password)), None)
