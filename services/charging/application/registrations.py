"""How the stations of this node stand, by what each heard at its last boot."""

from services.charging.domain.registration import Held, Registration


class Registrations:
    """Remembers those that are not accepted; the others cost nothing."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def put(self, station_id: str, registration: Registration) -> None:
        """It heard so, now or before it came here."""
        held = self._held.get(station_id)
        if registration is Registration.ACCEPTED:
            self._held.pop(station_id, None)
        elif held is None or held.registration is not registration:
            self._held[station_id] = Held(registration)

    def refused(self, station_id: str, action: str) -> str | None:
        """Why a call of the station is not taken; None: it is."""
        held = self._held.get(station_id)
        if held is None or held.may_say(action):
            return None
        return f"station {station_id} is {held.registration}: no {action} before it is accepted"

    def withheld(self, station_id: str, action: str, request: bytes) -> str | None:
        """Why a command is not for the station now; None: it is on its way."""
        held = self._held.get(station_id)
        if held is None or held.may_hear(action, request):
            return None
        return f"station {station_id} is {held.registration}: no {action} before it is accepted"
