"""What a station and the central system say to each other in a use case, step by step."""

from dataclasses import dataclass

from services.charging.domain.ocpp_j.frames import ErrorCode
from services.charging.domain.quarantine import Rule
from services.charging.domain.registration import Registration
from services.charging.domain.tariffs.tariff import Tariff
from services.charging.domain.tokens import Token
from tests.charging.examples import Payload


@dataclass(frozen=True)
class Station:
    """The station calls; `hears` is in the answer."""

    action: str
    says: Payload
    hears: Payload


@dataclass(frozen=True)
class Refused:
    """The station calls while nothing can be kept, and is to repeat it; or hears another error."""

    action: str
    says: Payload
    code: ErrorCode = ErrorCode.INTERNAL_ERROR


@dataclass(frozen=True)
class Operator:
    """An operator commands, and the station answers."""

    action: str
    says: Payload
    hears: Payload


@dataclass(frozen=True)
class Withheld:
    """An operator commands, and the station does not hear of it."""

    action: str
    says: Payload


@dataclass(frozen=True)
class Registered:
    """An operator says what the station hears from its next boot on."""

    registration: Registration


@dataclass(frozen=True)
class KeyRotation:
    """An operator has the station's key changed, which goes by a message of the standard."""

    action: str
    hears: Payload
    is_taken: bool = True


@dataclass(frozen=True)
class CentralSystem:
    """The central system calls by itself, `says` being in what it says, and the station answers."""

    action: str
    says: Payload
    hears: Payload


Step = Station | Refused | Operator | Withheld | Registered | KeyRotation | CentralSystem


def among(part: object, whole: object) -> bool:
    """Whether all of a JSON value is in another one."""
    match part, whole:
        case dict(), dict():
            return all(name in whole and among(part[name], whole[name]) for name in part)
        case list(), list():
            return len(part) <= len(whole) and all(map(among, part, whole))
        case _:
            return part == whole


@dataclass(frozen=True)
class UseCase:
    """`sessions`: energy in Wh of those that ended by it; `open`: how many go on.

    `tokens`: further ones that the company knows. `odd`: what is in the quarantine of it.
    `limit_a`: the station is alone at a site that may draw so many amperes by phase; `tariff`: what
    the site asks of those who pay ad hoc.
    """

    steps: list[Step]
    sessions: tuple[int, ...] = ()
    open: int = 0
    tokens: tuple[Token, ...] = ()
    odd: tuple[Rule, ...] = ()
    limit_a: int | None = None
    tariff: Tariff | None = None
