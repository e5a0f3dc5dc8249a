"""What stations of OCPP 2.0.1 tell those who pay ad hoc (block I)."""

from datetime import datetime
from decimal import Decimal

from services.charging.application.ports import PublishedTariff
from services.charging.domain.ocpp201.types import MessageContent
from services.charging.domain.sessions import Ending, Session
from services.charging.domain.tariffs.display import published, said_from
from services.charging.domain.tariffs.rating import cost, elapsed, steps
from services.charging.domain.tariffs.tariff import DisplayText, Tariff


def price_of(tariff: Tariff) -> MessageContent:
    """What a session will cost (I01)."""
    return _message(published(tariff))


def _message(said: DisplayText) -> MessageContent:
    return MessageContent(format="UTF8", content=said.text, language=said.language)


class Fare:
    """What one session costs, by the tariff that was in force when it began."""

    def __init__(self, asked: PublishedTariff, session: Session) -> None:
        """`session`: one that is paid ad hoc."""
        self._tariff = asked.tariff
        self._began_at = session.started_at
        self._meter_start_wh = session.meter_start_wh
        # An amount has no currency of its own: it is the station's.
        self._is_shown = asked.shown_in in {None, asked.tariff.currency}
        self._steps = steps(asked.tariff)
        self._register_wh: int | None = None
        self._told_at = session.started_at
        self._step = 0
        self._stepped_at: datetime | None = None

    @property
    def price(self) -> MessageContent:
        """As it was published."""
        return price_of(self._tariff)

    def metered(self, at: datetime, register_wh: int | None) -> None:
        """What an event told of the meter, if anything; late ones change nothing."""
        if at >= self._told_at:
            self._told_at = at
            self._register_wh = self._register_wh if register_wh is None else register_wh

    def running(self, at: datetime) -> Decimal | None:
        """Until then (I02); None: not known, or the station has told something later."""
        if at < self._told_at or self._register_wh is None or not self._is_shown:
            return None
        energy_wh = max(0, self._register_wh - self._meter_start_wh)
        return cost(self._tariff, self._began_at, at, energy_wh)

    def final(self, ending: Ending) -> Decimal | None:
        """In the end (I03)."""
        if not self._is_shown:
            return None
        return cost(self._tariff, self._began_at, ending.ended_at, ending.energy_wh)

    def step(self, at: datetime) -> MessageContent | None:
        """What its time costs from now on, when that has changed (I06).

        Told once more to the same event: its answer may have been lost.
        """
        seconds = elapsed(self._began_at, at)
        reached = sum(step.begins <= seconds for step in self._steps) - 1
        if reached > self._step:
            self._step, self._stepped_at = reached, at
        elif at != self._stepped_at:
            return None
        return _message(said_from(self._tariff, self._steps[reached]))
