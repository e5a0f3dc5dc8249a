"""Reservations: a connector waits for a token (OCPP 1.6, section 5.13; OCPP 2.0.1, block H)."""

from enum import StrEnum


class ReservationState(StrEnum):
    """What became of a reservation."""

    ASKED = "asked"
    """The station has not answered yet."""
    ACCEPTED = "accepted"
    OCCUPIED = "occupied"
    REFUSED = "refused"
    """The station cannot, or will not: its answer says why."""
    FAILED = "failed"
    """No answer came; the station may hold it all the same."""
    USED = "used"
    """A session began with its token."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether the station holds nothing any more, for all that is known."""
        held = (ReservationState.ASKED, ReservationState.ACCEPTED, ReservationState.FAILED)
        return self not in held


HIGHEST_NUMBER = 2**31 - 1


def named(number: int | None) -> int | None:
    """The reservation that a station names; many name 0 or -1 where there is none."""
    return number if number is not None and 0 < number <= HIGHEST_NUMBER else None


def state_by(answer: str) -> ReservationState:
    """Of a reservation to which the station said this, in either version's words."""
    match answer:
        case "Accepted":
            return ReservationState.ACCEPTED
        case "Occupied":
            return ReservationState.OCCUPIED
        case _:
            return ReservationState.REFUSED
