"""Sessions that are known to have begun, so that what goes on in them need not ask again."""

from collections import OrderedDict

from services.charging.domain.sessions import Session

MOST = 20_000
"""Those longest unheard of are forgotten, and asked for again."""


class BegunSessions:
    """What never changes of them: forgetting costs time, nothing else."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def get(self, station_id: str, station_transaction_id: str) -> tuple[int, int] | None:
        """Transaction id and EVSE of a session; 0: not known yet."""
        key = (station_id, station_transaction_id)
        if key in self._begun:
            self._begun.move_to_end(key)
        return self._begun.get(key)

    def remember(self, session: Session, station_transaction_id: str) -> None:
        """It has begun."""
        key = (session.station_id, station_transaction_id)
        self._begun[key] = (session.transaction_id, session.connector_id)
        self._begun.move_to_end(key)
        if len(self._begun) > MOST:
            self._begun.popitem(last=False)
