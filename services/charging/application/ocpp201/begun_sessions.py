"""Sessions that are known to have begun, so that what goes on in them need not ask again."""

from collections import OrderedDict
from dataclasses import dataclass

from services.charging.application.ocpp201.fares import Fare
from services.charging.domain.sessions import Session

MOST = 20_000
"""Those longest unheard of are forgotten, and asked for again."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What goes on in a session needs of it; `connector_id` 0: not known yet."""

    transaction_id: int
    connector_id: int
    fare: Fare | None
    """While it goes on and is paid ad hoc."""


class BegunSessions:
    """Forgetting costs time, nothing else."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[str, str], Begun] = OrderedDict()

    def get(self, station_id: str, station_transaction_id: str) -> Begun | None:
        """None: not known to have begun."""
        key = (station_id, station_transaction_id)
        if key in self._begun:
            self._begun.move_to_end(key)
        return self._begun.get(key)

    def remember(self, session: Session, station_transaction_id: str, fare: Fare | None) -> None:
        """It has begun."""
        key = (session.station_id, station_transaction_id)
        self._begun[key] = Begun(session.transaction_id, session.connector_id, fare)
        self._begun.move_to_end(key)
        if len(self._begun) > MOST:
            self._begun.popitem(last=False)
