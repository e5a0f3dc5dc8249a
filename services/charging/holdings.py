"""What stations hold for tokens, put together."""

from dataclasses import dataclass

from fastapi import APIRouter

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.local_lists import PostgresLocalLists
from services.charging.adapters.postgresql.reservations import PostgresReservations
from services.charging.application import local_lists, reservations
from services.charging.application.commands import Commands, Learn
from services.charging.application.local_lists import LocalLists
from services.charging.application.ports import Clock
from services.charging.application.remote_control import RemoteControl
from services.charging.application.reservations import ReservationAnswers
from services.charging.application.rounds import Rounds
from services.charging.application.station_views import StationViews
from services.charging.application.views import Views
from services.charging.entrypoints.rest.local_lists import local_lists_router
from services.charging.entrypoints.rest.reservations import reservations_router


@dataclass(frozen=True, slots=True)
class Holdings:
    """The parts that the program needs."""

    learn: Learn
    routers: list[APIRouter]
    rounds: list[Rounds]


def holdings(
    database: Database,
    commands: Commands,
    learn: Learn,
    *,
    stations: StationViews,
    views: Views,
    remote_control: RemoteControl,
    clock: Clock,
) -> Holdings:
    """`learn`: from answers that are about something else."""
    list_book, book = PostgresLocalLists(database), PostgresReservations(database)
    lists = LocalLists(list_book, commands, ReservationAnswers(book, learn).learn)
    return Holdings(
        lists.learn,
        [
            local_lists_router(stations=stations, views=views, book=list_book, lists=lists),
            reservations_router(
                stations=stations,
                views=views,
                book=book,
                remote_control=remote_control,
                clock=clock,
            ),
        ],
        [
            Rounds(
                book.expire,
                every=reservations.LOOK_EVERY,
                failed="no reservations expire",
            ),
            Rounds(
                lists.tell_of_blocked,
                every=local_lists.LOOK_EVERY,
                failed="lists with blocked tokens stay",
            ),
            Rounds(
                lists.tell_what_was_left,
                every=local_lists.LOOK_FOR_LEFT_EVERY,
                failed="what a node has left untold stays so",
            ),
        ],
    )
