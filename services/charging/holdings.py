"""What stations hold for tokens, put together."""

from dataclasses import dataclass

from fastapi import APIRouter

from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.local_lists import PostgresLocalLists
from services.charging.adapters.postgresql.reservations import PostgresReservations
from services.charging.application.commands import Commands, Learn
from services.charging.application.local_lists import LocalLists
from services.charging.application.ports import Clock
from services.charging.application.remote_control import RemoteControl
from services.charging.application.reservations import LOOK_EVERY, ReservationAnswers
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
    rounds: Rounds


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
    list_book, reservations = PostgresLocalLists(database), PostgresReservations(database)
    lists = LocalLists(list_book, commands, ReservationAnswers(reservations, learn).learn)
    return Holdings(
        lists.learn,
        [
            local_lists_router(stations=stations, views=views, book=list_book, lists=lists),
            reservations_router(
                stations=stations,
                views=views,
                book=reservations,
                remote_control=remote_control,
                clock=clock,
            ),
        ],
        Rounds(reservations.expire, every=LOOK_EVERY, failed="no reservations expire"),
    )
